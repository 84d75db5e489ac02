package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Map;

/** The operations that papers on transformers write, in PyTorch. */
final class TorchOps {
  private final NDManager manager;
  private final Map<String, NDArray> weights;

  /**
   * @param weights by their names in the file
   */
  TorchOps(NDManager manager, Map<String, NDArray> weights) {
    this.manager = manager;
    this.weights = weights;
  }

  NDArray weight(String name) {
    NDArray found = weights.get(name);
    if (found == null) {
      throw new AssertionError("no weight " + name);
    }
    return found;
  }

  /** Rows of a table. */
  NDArray rows(String name, int[] ids) {
    NDArray table = weight(name);
    NDList rows = new NDList();
    for (int id : ids) {
      rows.add(table.get(new NDIndex("{}", id)));
    }
    return NDArrays.stack(rows);
  }

  /** torch.nn.Linear: {@code x Wᵀ + b}, b only where the file has one. */
  NDArray linear(NDArray x, String name) {
    NDArray y = x.matMul(weight(name + ".weight").transpose());
    NDArray bias = weights.get(name + ".bias");
    return bias == null ? y : y.add(bias);
  }

  /** GPT-2's Conv1D: {@code x W + b}. */
  NDArray conv1d(NDArray x, String name) {
    return x.matMul(weight(name + ".weight")).add(weight(name + ".bias"));
  }

  NDArray rmsNorm(NDArray x, NDArray weight, double epsilon) {
    NDArray variance = x.pow(2).mean(new int[] {-1}, true);
    return x.div(variance.add(epsilon).sqrt()).mul(weight);
  }

  /** Without weight and bias. */
  NDArray standardised(NDArray x) {
    NDArray centred = x.sub(x.mean(new int[] {-1}, true));
    NDArray variance = centred.pow(2).mean(new int[] {-1}, true);
    return centred.div(variance.add(1e-5).sqrt());
  }

  NDArray silu(NDArray x) {
    return x.div(x.neg().exp().add(1));
  }

  /** {@code 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))}. */
  NDArray geluTanh(NDArray x) {
    NDArray inner = x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
    return x.mul(0.5).mul(inner.tanh().add(1));
  }

  /** {@code [n][heads * size]} to {@code [heads][n][size]}. */
  NDArray heads(NDArray x, int heads) {
    long n = x.getShape().get(0);
    return x.reshape(n, heads, x.getShape().get(1) / heads).transpose(1, 0, 2);
  }

  /** Rotary embedding in rotate-half form over {@code [heads][n][size]}. */
  NDArray rotate(NDArray x, double[] frequencies) {
    int n = (int) x.getShape().get(1);
    int size = (int) x.getShape().get(2);
    float[] cos = new float[n * size];
    float[] sin = new float[n * size];
    for (int p = 0; p < n; p++) {
      for (int i = 0; i < size; i++) {
        double angle = p * frequencies[i % (size / 2)];
        cos[p * size + i] = (float) Math.cos(angle);
        sin[p * size + i] = (float) Math.sin(angle);
      }
    }
    NDArray x1 = x.get(new NDIndex(":, :, :{}", size / 2));
    NDArray x2 = x.get(new NDIndex(":, :, {}:", size / 2));
    NDArray half = NDArrays.concat(new NDList(x2.neg(), x1), 2);
    return x.mul(manager.create(cos, new Shape(n, size)))
        .add(half.mul(manager.create(sin, new Shape(n, size))));
  }

  static double[] frequencies(double theta, int size) {
    double[] frequencies = new double[size / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = 1 / Math.pow(theta, 2.0 * i / size);
    }
    return frequencies;
  }

  /**
   * Softmax attention; key/value heads are repeated for the query heads that share them.
   *
   * @param mask 0 or a large negative number, {@code [n][n]}
   * @return {@code [n][heads * size]}
   */
  NDArray attention(NDArray q, NDArray k, NDArray v, NDArray mask) {
    long heads = q.getShape().get(0);
    long n = q.getShape().get(1);
    long size = q.getShape().get(2);
    long shared = heads / k.getShape().get(0);
    NDArray keys = k.repeat(0, shared);
    NDArray values = v.repeat(0, shared);
    NDArray scores = q.matMul(keys.transpose(0, 2, 1)).div(Math.sqrt(size)).add(mask);
    return scores.softmax(-1).matMul(values).transpose(1, 0, 2).reshape(n, heads * size);
  }

  NDArray vector(float... values) {
    return manager.create(values);
  }
}
