package org.decodebench.reports.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Normalisation of one position. A sum runs through all of its values before the first can be
 * written, so a single accumulator would wait for itself: with a latency of four cycles an addition
 * a vector loop needs several sums in flight to be faster than a scalar one at all.
 *
 * <p>The input is read only. A benchmark that normalised in place would time the first invocation
 * on random numbers and all later ones on numbers that are normalised already.
 */
public class NormBenchmark extends Twins {
  private static final float EPSILON = 1e-5f;

  @Param({"288", "2048"})
  public int size;

  private float[] x;
  private float[] weight;
  private float[] bias;
  private float[] y;

  @Setup
  public void setUp() {
    x = gaussians(size, 1);
    weight = gaussians(size, 2);
    bias = gaussians(size, 3);
    y = new float[size];
    // Twice: the first calls ask for the vector forms, the second check sees them.
    for (int pass = 0; pass < 2; pass++) {
      Agreement.close("rmsNorm", rmsNormVector().clone(), rmsNormScalar(), 1e-5);
      Agreement.close("layerNorm", layerNormVector().clone(), layerNormScalar(), 1e-5);
      compiled();
    }
  }

  @Benchmark
  public float[] rmsNormVector() {
    vector.rmsNorm(x, 0, weight, size, EPSILON, y, 0);
    return y;
  }

  @Benchmark
  public float[] rmsNormScalar() {
    scalar.rmsNorm(x, 0, weight, size, EPSILON, y, 0);
    return y;
  }

  @Benchmark
  public float[] layerNormVector() {
    vector.layerNorm(x, 0, weight, bias, size, EPSILON, y, 0);
    return y;
  }

  @Benchmark
  public float[] layerNormScalar() {
    scalar.layerNorm(x, 0, weight, bias, size, EPSILON, y, 0);
    return y;
  }
}
