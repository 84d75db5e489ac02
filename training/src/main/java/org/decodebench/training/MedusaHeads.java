package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tensor.Tensor;

/**
 * Medusa-1 (2401.10774): head k answers from the state at i for token i + 1 + k, k from 1, by one
 * residual block before the target's own output projection; loss Σ 0.8^k · cross entropy. The
 * blocks begin at zero, as the target's own head.
 */
final class MedusaHeads implements Heads {
  private static final double DECAY = 0.8;

  private final Network target;
  private final NDManager manager;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();

  MedusaHeads(Network target, int count) {
    this.target = target;
    manager = target.manager().newSubManager();
    int hidden = target.config().hiddenSize();
    for (int k = 0; k < count; k++) {
      parameters.put(name(k), manager.zeros(new Shape(hidden, hidden)));
    }
  }

  private static String name(int head) {
    return "model.layers." + head + ".medusa.weight";
  }

  @Override
  public Map<String, NDArray> parameters() {
    return parameters;
  }

  @Override
  public Outcome outcome(NDManager scratch, Canvas[] canvases, NDArray hidden, RandomStream noise) {
    int heads = parameters.size();
    double[] nll = new double[heads];
    double[] correct = new double[heads];
    NDArray loss = null;
    for (int k = 0; k < heads; k++) {
      Rows rows = rows(canvases, k + 2);
      if (rows.at.length == 0) {
        continue;
      }
      NDArray h = Network.embed(scratch.create(rows.at), hidden);
      NDArray block = Network.linear(h, parameters.get(name(k)));
      NDArray state = h.add(block.mul(Activation.sigmoid(block)));
      NDArray logits = Network.linear(state, target.parameters().get("embedding"));
      NDArray targets = scratch.create(rows.tokens, new Shape(rows.tokens.length, 1));
      NDArray mean = logits.logSoftmax(1).gather(targets, 1).mean().neg();
      nll[k] = mean.getFloat();
      correct[k] = Scores.share(logits, rows.tokens);
      NDArray weighted = mean.mul(scratch.create((float) Math.pow(DECAY, k)));
      loss = loss == null ? weighted : loss.add(weighted);
    }
    return new Outcome(loss, nll, correct);
  }

  private record Rows(int[] at, long[] tokens) {}

  /** The rows from which a text token {@code ahead} positions further is predicted. */
  private static Rows rows(Canvas[] canvases, int ahead) {
    List<Integer> at = new ArrayList<>();
    List<Long> tokens = new ArrayList<>();
    int width = canvases[0].length();
    for (int b = 0; b < canvases.length; b++) {
      for (int i = 0; i + ahead < canvases[b].textEnd(); i++) {
        at.add(b * width + i);
        tokens.add((long) canvases[b].tokens()[i + ahead]);
      }
    }
    return new Rows(
        at.stream().mapToInt(Integer::intValue).toArray(),
        tokens.stream().mapToLong(Long::longValue).toArray());
  }

  @Override
  public ModelConfig config() {
    return target.config().withLayers(parameters.size());
  }

  @Override
  public Map<String, Tensor> tensors() {
    int hidden = target.config().hiddenSize();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    parameters.forEach((name, array) ->
        tensors.put(name, SafetensorsWriter.toBf16(array.toFloatArray(), hidden, hidden)));
    tensors.put(
        "lm_head.weight",
        SafetensorsWriter.toBf16(
            target.parameters().get("embedding").toFloatArray(),
            target.config().vocabSize(),
            hidden));
    return tensors;
  }

  @Override
  public void close() {
    manager.close();
  }
}
