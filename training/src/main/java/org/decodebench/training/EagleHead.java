package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.decodebench.core.checkpoint.SafetensorsWriter;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/**
 * EAGLE (2401.15077): one layer reads token i + 1 and the target's state at i, and continues with
 * the state at i + 1, from which the target's own output projection predicts token i + 2. Loss:
 * cross entropy against the target's distribution there plus the smooth L1 distance of the states.
 * The states are given with uniform noise, because below the root of a draft they are the head's
 * own. The embedding begins as the target's.
 */
final class EagleHead implements Heads {
  private static final float NOISE = 0.1f;

  private final Network target;
  private final Network layer;

  EagleHead(Network target, HeadsConfig.LayerShape shape, long seed) {
    this.target = target;
    ModelConfig config = config(target.config(), shape);
    Map<String, float[]> values = new LinkedHashMap<>(ParameterShapes.initial(config, seed));
    values.put("embedding", target.parameters().get("embedding").toFloatArray());
    float[] identity = new float[config.hiddenSize() * config.hiddenSize()];
    for (int i = 0; i < config.hiddenSize(); i++) {
      identity[i * config.hiddenSize() + i] = 1;
    }
    values.put(Network.INPUT, identity);
    layer = Network.of(target.manager(), config, values);
  }

  private static ModelConfig config(ModelConfig t, HeadsConfig.LayerShape shape) {
    return new ModelConfig(
        t.architecture(),
        t.vocabSize(),
        t.hiddenSize(),
        1,
        shape.heads(),
        shape.kvHeads(),
        shape.headSize(),
        shape.mlp(),
        t.contextLength(),
        t.norm(),
        t.normEpsilon(),
        new ModelConfig.Positions.Rope(
            10_000, shape.headSize(), new ModelConfig.RopeScaling.None()),
        t.mlp(),
        false,
        false,
        0,
        Paradigm.AUTOREGRESSIVE,
        OptionalInt.empty(),
        1,
        0);
  }

  @Override
  public Map<String, NDArray> parameters() {
    return layer.parameters();
  }

  @Override
  public Outcome outcome(NDManager scratch, Canvas[] canvases, NDArray hidden, RandomStream noise) {
    int width = canvases[0].length() - 1;
    int size = target.config().hiddenSize();
    int[] next = new int[canvases.length * width];
    List<Integer> own = new ArrayList<>();
    List<Integer> truth = new ArrayList<>();
    List<Long> data = new ArrayList<>();
    for (int b = 0; b < canvases.length; b++) {
      for (int i = 0; i < width; i++) {
        next[b * width + i] = canvases[b].tokens()[i + 1];
        if (i + 2 < canvases[b].textEnd()) {
          own.add(b * width + i);
          truth.add(b * (width + 1) + i + 1);
          data.add((long) canvases[b].tokens()[i + 2]);
        }
      }
    }
    NDArray given =
        hidden
            .reshape(canvases.length, width + 1, size)
            .get(new NDIndex(":, :" + width))
            .reshape((long) canvases.length * width, size);
    if (noise != null) {
      given = given.add(noise(scratch, noise, given.getShape()));
    }
    NDArray mask =
        scratch.create(
            AttentionMask.additive(AttentionMask.of(Attention.CAUSAL, width)),
            new Shape(width, width));
    NDArray states =
        layer.hidden(
            scratch.create(next, new Shape(canvases.length, width)),
            LossRows.iota(width),
            mask,
            given);
    int[] rows = ints(own);
    NDArray state = Network.embed(scratch.create(rows), states);
    NDArray aim = Network.embed(scratch.create(ints(truth)), hidden);
    NDArray embedding = target.parameters().get("embedding");
    NDArray logits = Network.linear(state, embedding);
    NDArray log = logits.logSoftmax(1);
    NDArray p = Network.linear(aim, embedding).softmax(1);
    NDArray cross = p.mul(log).sum().neg().div(scratch.create((float) rows.length));
    NDArray loss = cross.add(smoothL1(state.sub(aim), scratch));
    long[] tokens = data.stream().mapToLong(Long::longValue).toArray();
    NDArray chosen = log.gather(scratch.create(tokens, new Shape(tokens.length, 1)), 1);
    return new Outcome(
        loss,
        new double[] {-chosen.mean().getFloat()},
        new double[] {Scores.share(logits, p.argMax(1).toLongArray())});
  }

  /** Mean over all numbers of d²/2 where |d| is below one, else |d| − 1/2. */
  private static NDArray smoothL1(NDArray d, NDManager scratch) {
    NDArray small = d.abs().minimum(scratch.create(1f));
    // min(|d|, 1) · (|d| − min(|d|, 1) / 2) is both.
    return small.mul(d.abs().sub(small.mul(scratch.create(0.5f)))).mean();
  }

  private static NDArray noise(NDManager scratch, RandomStream random, Shape shape) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = NOISE * (float) (2 * random.uniform(i, 7) - 1);
    }
    return scratch.create(values, shape);
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public ModelConfig config() {
    return layer.config();
  }

  @Override
  public Map<String, Tensor> tensors() {
    Map<String, float[]> values = layer.values();
    Map<String, Tensor> tensors =
        new LinkedHashMap<>(HuggingFaceWeights.tensors(config(), values, DType.BF16));
    int hidden = config().hiddenSize();
    tensors.put(
        "model.fc.weight", SafetensorsWriter.toBf16(values.get(Network.INPUT), hidden, hidden));
    tensors.put(
        "lm_head.weight",
        SafetensorsWriter.toBf16(
            target.parameters().get("embedding").toFloatArray(), config().vocabSize(), hidden));
    return tensors;
  }

  @Override
  public void close() {
    layer.close();
  }
}
