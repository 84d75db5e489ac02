package org.decodebench.core.checkpoint;

import java.util.function.Function;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.Tensor;

/**
 * The condition of a diffusion transformer (2212.09748) at noise level zero: {@code c =
 * silu(W₂·silu(W₀·f + b₀) + b₂)} with f the sinusoidal embedding of 0, which is ones (cosines) and
 * then zeros (sines).
 */
final class Modulations {
  /** Name of the network that embeds the noise level, before the layer's number. */
  static final String CONDITION = "sigma_map.mlp.";

  private final String file;
  private final Function<String, Tensor> tensors;
  private float[] condition;

  /**
   * @param tensors a tensor that must be there, by its name in the file
   */
  Modulations(String file, Function<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /** Values {@code [chunk * size, (chunk + 1) * size)} of a modulation layer's output. */
  float[] chunk(String layer, int chunk, int size) {
    float[] all = linear(layer, condition());
    if ((chunk + 1) * size > all.length) {
      throw new UsageException(
          "%s: tensor %s.bias has %d values where at least %d are needed"
              .formatted(file, layer, all.length, (chunk + 1) * size));
    }
    return java.util.Arrays.copyOfRange(all, chunk * size, (chunk + 1) * size);
  }

  private synchronized float[] condition() {
    if (condition == null) {
      int frequencies = tensors.apply(CONDITION + "0.weight").columns();
      float[] zero = new float[frequencies];
      java.util.Arrays.fill(zero, 0, frequencies / 2, 1);
      condition = silu(linear(CONDITION + "2", silu(linear(CONDITION + "0", zero))));
    }
    return condition;
  }

  private float[] linear(String layer, float[] x) {
    Tensor weight = tensors.apply(layer + ".weight");
    Tensor bias = tensors.apply(layer + ".bias");
    if (weight.shape().length != 2
        || weight.columns() != x.length
        || bias.elements() != weight.rows()) {
      throw new UsageException(
          "%s: tensors %s.weight %s and .bias %s do not fit an input of %d"
              .formatted(file, layer, weight, bias, x.length));
    }
    float[] out = new float[weight.rows()];
    bias.readRow(0, out, 0);
    float[] row = new float[x.length];
    for (int r = 0; r < out.length; r++) {
      weight.readRow(r, row, 0);
      double sum = out[r];
      for (int k = 0; k < x.length; k++) {
        sum += (double) row[k] * x[k];
      }
      out[r] = (float) sum;
    }
    return out;
  }

  private static float[] silu(float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (x[i] / (1 + Math.exp(-x[i])));
    }
    return x;
  }
}
