package org.decodebench.reports.jmh;

import java.util.Random;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.RuntimeOptions.Backend;

/** The readable kernels and the fast ones, and seeded numbers for both. */
abstract class Twins extends Benchmarked {
  final Kernels vector = KernelsProvider.choose(Backend.VECTOR);
  final Kernels scalar = KernelsProvider.choose(Backend.SCALAR);

  /**
   * Vector kernels run their plain form until the compiler has seen to them (their first call asks
   * for that). Waiting for it here keeps the plain form out of the measured iterations, however
   * short the warm-up.
   */
  static void compiled() {
    KernelsProvider.awaitCompiled();
  }

  static float[] gaussians(int n, long seed) {
    Random random = new Random(seed);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
