package org.decodebench.core.model;

import org.decodebench.core.model.ModelConfig.RopeScaling;

/**
 * Cosines and sines of rotary positions (2104.09864), {@code [position][cos half, sin half]},
 * computed in double precision and grown on demand.
 */
public final class RopeTable {
  private final double[] frequencies;
  private volatile float[] table = {};

  public RopeTable(ModelConfig.Positions.Rope rope) {
    frequencies = new double[rope.rotary() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double plain = Math.pow(rope.theta(), -2.0 * i / rope.rotary());
      frequencies[i] = scaled(plain, rope.scaling());
    }
  }

  /** Rotated pairs of a head. */
  public int half() {
    return frequencies.length;
  }

  /** The table for at least {@code positions} positions. */
  public float[] upTo(int positions) {
    float[] now = table;
    int size = 2 * half();
    if (now.length >= positions * size) {
      return now;
    }
    float[] grown = java.util.Arrays.copyOf(now, positions * size);
    for (int position = now.length / Math.max(1, size); position < positions; position++) {
      for (int i = 0; i < half(); i++) {
        double angle = position * frequencies[i];
        grown[position * size + i] = (float) Math.cos(angle);
        grown[position * size + half() + i] = (float) Math.sin(angle);
      }
    }
    table = grown;
    return grown;
  }

  private static double scaled(double frequency, RopeScaling scaling) {
    return switch (scaling) {
      case RopeScaling.None none -> frequency;
      case RopeScaling.Linear linear -> frequency / linear.factor();
      case RopeScaling.Llama3 s -> {
        // How many turns the pair makes within the original context decides.
        double turns = s.originalContext() * frequency / (2 * Math.PI);
        double keep =
            (turns - s.lowFrequencyFactor()) / (s.highFrequencyFactor() - s.lowFrequencyFactor());
        keep = Math.min(Math.max(keep, 0), 1);
        yield frequency * (keep + (1 - keep) / s.factor());
      }
    };
  }
}
