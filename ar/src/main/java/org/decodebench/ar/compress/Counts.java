package org.decodebench.ar.compress;

/**
 * A row of logits as integer counts that sum to {@code 2^30}: the same on both ends, because the
 * logits are the same bits and {@link StrictMath} is the same everywhere. Every token has a count
 * of at least 1, so that any text can be coded.
 */
final class Counts {
  private final int[] counts;
  private final double[] weights;

  Counts(int vocab) {
    counts = new int[vocab];
    weights = new double[vocab];
  }

  void of(float[] logits, int offset) {
    int best = 0;
    for (int v = 1; v < counts.length; v++) {
      if (logits[offset + v] > logits[offset + best]) {
        best = v;
      }
    }
    double max = logits[offset + best];
    double sum = 0;
    for (int v = 0; v < counts.length; v++) {
      // Where a source knows that its text is impossible, all logits are infinite.
      weights[v] = max == Double.NEGATIVE_INFINITY ? 1 : StrictMath.exp(logits[offset + v] - max);
      sum += weights[v];
    }
    long total = 1L << RangeEncoder.TOTAL_BITS;
    long free = total - counts.length;
    long given = 0;
    for (int v = 0; v < counts.length; v++) {
      counts[v] = 1 + (int) (weights[v] / sum * free);
      given += counts[v];
    }
    // Rounding down leaves something; rounding of the sum may take at most as little.
    counts[best] += (int) (total - given);
  }

  void encode(RangeEncoder encoder, int token) {
    long below = 0;
    for (int v = 0; v < token; v++) {
      below += counts[v];
    }
    encoder.encode(below, counts[token], RangeEncoder.TOTAL_BITS);
  }

  int decode(RangeDecoder decoder) {
    long target = decoder.target(RangeEncoder.TOTAL_BITS);
    long below = 0;
    int token = 0;
    while (below + counts[token] <= target) {
      below += counts[token++];
    }
    decoder.take(below, counts[token]);
    return token;
  }
}
