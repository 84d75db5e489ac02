package org.decodebench.core.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Probe} with as many accumulators as hide the latency of an addition. */
final class VectorProbe implements Probe {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final int L = Lanes.L;

  @Override
  public float read(float[] values, int from, int to) {
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int i = from; i + 8 * L <= to; i += 8 * L) {
      a0 = a0.add(FloatVector.fromArray(S, values, i));
      a1 = a1.add(FloatVector.fromArray(S, values, i + L));
      a2 = a2.add(FloatVector.fromArray(S, values, i + 2 * L));
      a3 = a3.add(FloatVector.fromArray(S, values, i + 3 * L));
      a4 = a4.add(FloatVector.fromArray(S, values, i + 4 * L));
      a5 = a5.add(FloatVector.fromArray(S, values, i + 5 * L));
      a6 = a6.add(FloatVector.fromArray(S, values, i + 6 * L));
      a7 = a7.add(FloatVector.fromArray(S, values, i + 7 * L));
    }
    return Lanes.sum(a0.add(a1).add(a2.add(a3)).add(a4.add(a5).add(a6.add(a7))));
  }

  @Override
  public float multiplyAdd(int steps) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector a0 = one;
    FloatVector a1 = half;
    FloatVector a2 = one;
    FloatVector a3 = half;
    FloatVector a4 = one;
    FloatVector a5 = half;
    FloatVector a6 = one;
    FloatVector a7 = half;
    FloatVector a8 = one;
    FloatVector a9 = half;
    FloatVector a10 = one;
    FloatVector a11 = half;
    // Sums that stay in their register. As a factor each would take a copy more, which costs an
    // eighth of the rate where multiplying is done by two ports of few.
    for (int i = 0; i < steps; i++) {
      a0 = half.fma(one, a0);
      a1 = half.fma(one, a1);
      a2 = half.fma(one, a2);
      a3 = half.fma(one, a3);
      a4 = half.fma(one, a4);
      a5 = half.fma(one, a5);
      a6 = half.fma(one, a6);
      a7 = half.fma(one, a7);
      a8 = half.fma(one, a8);
      a9 = half.fma(one, a9);
      a10 = half.fma(one, a10);
      a11 = half.fma(one, a11);
    }
    FloatVector low = a0.add(a1).add(a2.add(a3)).add(a4.add(a5));
    return Lanes.sum(low.add(a6.add(a7).add(a8.add(a9)).add(a10.add(a11))));
  }

  @Override
  public int multiplyAdds() {
    return 12 * L;
  }
}
