package org.decodebench.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.sampling.RandomStream;

/** Names and shapes of a network's parameters, and their first values. */
final class ParameterShapes {
  private ParameterShapes() {}

  /** {@code [out][in]} for matrices, {@code [n]} for norms, in a fixed order. */
  static Map<String, long[]> of(ModelConfig c) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("embedding", new long[] {c.vocabSize(), c.hiddenSize()});
    for (int layer = 0; layer < c.layers(); layer++) {
      String p = "layers." + layer + ".";
      shapes.put(p + "attention_norm", new long[] {c.hiddenSize()});
      shapes.put(p + "qkv", new long[] {c.querySize() + 2L * c.kvSize(), c.hiddenSize()});
      shapes.put(p + "attention_out", new long[] {c.hiddenSize(), c.querySize()});
      shapes.put(p + "mlp_norm", new long[] {c.hiddenSize()});
      shapes.put(p + "gate_up", new long[] {2L * c.mlpSize(), c.hiddenSize()});
      shapes.put(p + "down", new long[] {c.hiddenSize(), c.mlpSize()});
    }
    shapes.put("norm", new long[] {c.hiddenSize()});
    return shapes;
  }

  static long size(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  static long count(ModelConfig config) {
    return of(config).values().stream().mapToLong(ParameterShapes::size).sum();
  }

  /**
   * Normal with deviation √(2/5·hidden) for matrices, those that end a residual branch divided by
   * √(2·layers), 1/√hidden for the embedding, so that tokens start well apart; ones for norms. A
   * pure function of the seed.
   */
  static Map<String, float[]> initial(ModelConfig config, long seed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    double deviation = Math.sqrt(2.0 / (5.0 * config.hiddenSize()));
    double branch = deviation / Math.sqrt(2.0 * config.layers());
    long stream = 0;
    for (Map.Entry<String, long[]> entry : of(config).entrySet()) {
      String name = entry.getKey();
      float[] value = new float[(int) size(entry.getValue())];
      if (entry.getValue().length == 1) {
        Arrays.fill(value, 1);
      } else if (name.equals("embedding")) {
        normal(value, 1 / Math.sqrt(config.hiddenSize()), new RandomStream(seed, stream));
      } else {
        boolean ends = name.endsWith("attention_out") || name.endsWith("down");
        normal(value, ends ? branch : deviation, new RandomStream(seed, stream));
      }
      values.put(name, value);
      stream++;
    }
    return values;
  }

  private static void normal(float[] out, double deviation, RandomStream random) {
    for (int i = 0; i < out.length; i++) {
      double radius = Math.sqrt(-2 * Math.log(1 - random.uniform(i, 0)));
      out[i] = (float) (deviation * radius * Math.cos(2 * Math.PI * random.uniform(i, 1)));
    }
  }
}
