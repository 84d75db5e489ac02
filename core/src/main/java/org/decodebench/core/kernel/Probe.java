package org.decodebench.core.kernel;

/** The two loops that say what a machine can do at most. */
interface Probe {

  /** Reads {@code values[from…to)} once; a sum, so that nothing can be left out. */
  float read(float[] values, int from, int to);

  /** {@code steps} rounds of independent multiply-adds. */
  float multiplyAdd(int steps);

  /** Multiply-adds of a round. */
  int multiplyAdds();

  /** Plain loops, where the Vector API is missing: what scalar kernels can reach. */
  final class Scalar implements Probe {
    @Override
    public float read(float[] values, int from, int to) {
      float a = 0;
      float b = 0;
      float c = 0;
      float d = 0;
      for (int i = from; i + 4 <= to; i += 4) {
        a += values[i];
        b += values[i + 1];
        c += values[i + 2];
        d += values[i + 3];
      }
      return a + b + (c + d);
    }

    @Override
    public float multiplyAdd(int steps) {
      float a = 1;
      float b = 2;
      float c = 3;
      float d = 4;
      for (int i = 0; i < steps; i++) {
        a = Math.fma(0.5f, 1, a);
        b = Math.fma(0.5f, 1, b);
        c = Math.fma(0.5f, 1, c);
        d = Math.fma(0.5f, 1, d);
      }
      return a + b + (c + d);
    }

    @Override
    public int multiplyAdds() {
      return 4;
    }
  }
}
