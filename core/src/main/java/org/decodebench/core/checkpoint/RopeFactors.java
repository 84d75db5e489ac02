package org.decodebench.core.checkpoint;

import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig.RopeScaling;
import org.decodebench.core.tensor.Tensor;

/**
 * Llama 3.1's rotary scaling as GGUF stores it: not its four parameters but a tensor of divisors,
 * one a pair of components. The parameters are found again and checked against every divisor.
 */
final class RopeFactors {
  static final String TENSOR = "rope_freqs.weight";

  /** As published for Llama 3.1, 3.2 and 3.3; only the factor differs (8, 32). */
  private static final double LOW = 1;

  private static final double HIGH = 4;
  private static final int ORIGINAL_CONTEXT = 8192;

  private RopeFactors() {}

  /**
   * @throws UsageException if the divisors are not those of Llama 3
   */
  static RopeScaling read(GgufFile file, double theta, int rotary) {
    Tensor tensor = file.tensor(TENSOR).orElseThrow();
    float[] divisors = new float[tensor.columns()];
    if (tensor.type().quantised() || tensor.rows() != 1 || divisors.length != rotary / 2) {
      throw new UsageException(
          "%s: tensor %s is %s where %d plain values are needed"
              .formatted(file.path(), TENSOR, tensor, rotary / 2));
    }
    tensor.readRow(0, divisors, 0);
    double factor = 1;
    for (float d : divisors) {
      factor = Math.max(factor, d);
    }
    RopeScaling.Llama3 scaling = new RopeScaling.Llama3(factor, LOW, HIGH, ORIGINAL_CONTEXT);
    double[] expected = divisors(scaling, theta, rotary);
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(divisors[i] - expected[i]) <= 1e-3 * expected[i])) {
        throw new UsageException(
            "%s: tensor %s holds rotary factors that are not Llama 3's (pair %d: %s, not %.4f)"
                .formatted(file.path(), TENSOR, i, divisors[i], expected[i]));
      }
    }
    return factor == 1 ? new RopeScaling.None() : scaling;
  }

  /** What the frequency of each pair is divided by. */
  static double[] divisors(RopeScaling.Llama3 s, double theta, int rotary) {
    double[] divisors = new double[rotary / 2];
    for (int i = 0; i < divisors.length; i++) {
      double frequency = Math.pow(theta, -2.0 * i / rotary);
      double turns = s.originalContext() * frequency / (2 * Math.PI);
      double smooth =
          Math.clamp(
              (turns - s.lowFrequencyFactor()) / (s.highFrequencyFactor() - s.lowFrequencyFactor()),
              0,
              1);
      divisors[i] = 1 / ((1 - smooth) / s.factor() + smooth);
    }
    return divisors;
  }
}
