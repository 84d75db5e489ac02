package org.decodebench.diffusion.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.decodebench.core.sampling.Distributions;
import org.junit.jupiter.api.Test;

/**
 * Why tokens are drawn in double precision (2409.02908). In the reverse process as it is published
 * the mask competes with the tokens, and every token's probability of winning a step is tiny.
 */
class SamplingPrecisionTest {
  /** Uniform float32 numbers as PyTorch makes them: multiples of 2^-24 below 1. */
  private static final float STEP = 0x1p-24f;

  private static final int RARE = 1000;
  private static final double P_RARE = 1e-9;

  private static float gumbel(float u) {
    return (float) -Math.log(-(float) Math.log(u));
  }

  private static double[] distribution() {
    double[] p = new double[1 + RARE];
    Arrays.fill(p, P_RARE);
    p[0] = 1 - RARE * P_RARE;
    return p;
  }

  @Test
  void float32GumbelNoiseCanNeverDrawATokenOfLowProbability() {
    double[] p = distribution();
    float luckiest = (float) Math.log(p[1]) + gumbel(1 - STEP);
    float unluckiest = (float) Math.log(p[0]) + gumbel(STEP);
    assertTrue(
        luckiest < unluckiest,
        "the best noise for a rare token %s, the worst for the other %s"
            .formatted(luckiest, unluckiest));
  }

  @Test
  void float32GumbelNoiseUndercutsTheProbabilitiesThatItCanDraw() {
    // Two tokens of log-odds -16.5: over all values of the rare one's noise, the chance that the
    // other's is low enough. Noise is cut off at 16.6, which is where this token would win.
    double odds = 16.5;
    double drawn = 0;
    for (int k = 1; k <= 1 << 12; k++) {
      double margin = gumbel(1 - k * STEP) - odds;
      drawn += STEP * Math.exp(-Math.exp(-margin));
    }
    double exact = 1 / (1 + Math.exp(odds));
    assertTrue(drawn < 0.8 * exact, drawn + " drawn of " + exact);
  }

  @Test
  void drawsInDoublePrecisionGiveRareTokensTheirShare() {
    double[] p = distribution();
    int rare = 0;
    int draws = 1_000_000;
    // The last millionth of [0, 1) belongs to the rare tokens.
    for (int i = 0; i < draws; i++) {
      double u = 1 - 2e-6 + 2e-6 * (i + 0.5) / draws;
      rare += Distributions.sample(p, u) > 0 ? 1 : 0;
    }
    assertEquals(0.5, rare / (double) draws, 1e-3);
  }
}
