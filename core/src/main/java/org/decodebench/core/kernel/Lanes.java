package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import org.decodebench.core.UsageException;

/** The vector width, chosen once, and the few operations that need to know it. */
final class Lanes {
  private static final String PROPERTY = "decodebench.vectorBits";

  static final VectorSpecies<Float> FLOATS = choose();
  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

  /** Values in a vector: 4, 8 or 16. */
  static final int L = FLOATS.length();

  /** 32 vector registers come with 512-bit vectors; 16 are too few for large register blocks. */
  static final boolean MANY_REGISTERS = L == 16;

  private Lanes() {}

  private static VectorSpecies<Float> choose() {
    String bits = System.getProperty(PROPERTY);
    if (bits == null) {
      // Wider than 512 bits gains nothing here: panels are made for 16 lanes at most.
      int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
      bits = preferred >= 512 ? "512" : preferred >= 256 ? "256" : "128";
    }
    return switch (bits) {
      case "128" -> FloatVector.SPECIES_128;
      case "256" -> FloatVector.SPECIES_256;
      case "512" -> FloatVector.SPECIES_512;
      default ->
          throw new UsageException("-D%s=%s: expected 128, 256 or 512".formatted(PROPERTY, bits));
    };
  }

  /** Sum of the lanes in one fixed order (reduceLanes leaves its order open). */
  static float sum(FloatVector v) {
    FloatVector sum = v;
    if (L == 16) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (L >= 8) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    sum = sum.add(sum.rearrange(BY_2));
    return sum.add(sum.rearrange(BY_1)).lane(0);
  }

  /** The same for lanes in an array, which is overwritten. */
  static float sum(float[] lanes) {
    for (int by = L / 2; by > 0; by /= 2) {
      for (int i = 0; i < by; i++) {
        lanes[i] += lanes[i + by];
      }
    }
    return lanes[0];
  }

  private static final VectorShuffle<Float> BY_8 = rotate(8);
  private static final VectorShuffle<Float> BY_4 = rotate(4);
  private static final VectorShuffle<Float> BY_2 = rotate(2);
  private static final VectorShuffle<Float> BY_1 = rotate(1);

  private static VectorShuffle<Float> rotate(int by) {
    return VectorShuffle.fromOp(FLOATS, i -> (i + by) & (L - 1));
  }

  // exp(x) = 2^n · e^r with n = round(x / ln 2), |r| <= ln(2)/2; ln 2 in two parts (Cody and
  // Waite),
  // e^r by a polynomial of degree 6. Own code, because the library's vector exp is another function
  // in the interpreter than in compiled code, and results must not change while a JVM warms up.
  static final float LOG2_E = 0x1.715476p0f;
  static final float LN2_HIGH = 0x1.62e4p-1f;
  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /** 1.5 · 2^23: adding it rounds to an integer and leaves that integer in the low bits. */
  static final float ROUND = 0x1.8p23f;

  static final float C2 = 0.49999993f;
  static final float C3 = 0.16666521f;
  static final float C4 = 0.04166839f;
  static final float C5 = 0.00836871f;
  static final float C6 = 0.00138146f;
  static final float LEAST = -87.3f;
  static final float MOST = 88.3f;

  /**
   * exp to about one unit in the last place; 2^-126 or so below -87.3. The same operations and bits
   * as {@link Elementwise#exp}.
   */
  static float exp(float value) {
    float x = Math.min(Math.max(value, LEAST), MOST);
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float n = shifted - ROUND;
    float r = Math.fma(n, -LN2_HIGH, x);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(C6, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, 1);
    p = Math.fma(p, r, 1);
    return Float.intBitsToFloat(
        Float.floatToRawIntBits(p) + (Float.floatToRawIntBits(shifted) << 23));
  }
}
