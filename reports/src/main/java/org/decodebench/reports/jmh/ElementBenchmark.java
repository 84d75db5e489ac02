package org.decodebench.reports.jmh;

import org.decodebench.core.kernel.Kernels;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What is done to each value by itself. These kernels overwrite their argument, and their cost
 * depends on it: a value that has been squashed again and again becomes a denormal number, which
 * some processors handle in a hundred cycles. So every invocation starts from a fresh copy; {@link
 * #copy} says what the copy costs, to be subtracted in the mind.
 */
public class ElementBenchmark extends Twins {
  @Param({"768", "5632"})
  public int size;

  private float[] fresh;
  private float[] other;
  private float[] x;
  private float[] angles;

  @Setup
  public void setUp() {
    fresh = gaussians(size, 1);
    other = gaussians(size, 2);
    x = new float[size];
    angles = new float[size];
    for (int i = 0; i < size / 2; i++) {
      angles[i] = (float) Math.cos(0.01 * i);
      angles[size / 2 + i] = (float) Math.sin(0.01 * i);
    }
    for (int pass = 0; pass < 2; pass++) {
      Agreement.close("rotate", rotateVector().clone(), rotateScalar(), 1e-5);
      Agreement.close("swiglu", swigluVector().clone(), swigluScalar(), 1e-5);
      Agreement.close("gelu", geluVector().clone(), geluScalar(), 1e-5);
      Agreement.close("add", addVector().clone(), addScalar(), 0);
      compiled();
    }
  }

  @Benchmark
  public float[] copy() {
    System.arraycopy(fresh, 0, x, 0, size);
    return x;
  }

  @Benchmark
  public float[] rotateVector() {
    return rotate(vector);
  }

  @Benchmark
  public float[] rotateScalar() {
    return rotate(scalar);
  }

  private float[] rotate(Kernels kernels) {
    copy();
    kernels.rotate(x, 0, size / 2, angles, 0);
    return x;
  }

  @Benchmark
  public float[] swigluVector() {
    return swiglu(vector);
  }

  @Benchmark
  public float[] swigluScalar() {
    return swiglu(scalar);
  }

  private float[] swiglu(Kernels kernels) {
    copy();
    kernels.swiglu(x, 0, other, 0, size);
    return x;
  }

  @Benchmark
  public float[] geluVector() {
    return gelu(vector);
  }

  @Benchmark
  public float[] geluScalar() {
    return gelu(scalar);
  }

  private float[] gelu(Kernels kernels) {
    copy();
    kernels.gelu(x, 0, size);
    return x;
  }

  @Benchmark
  public float[] addVector() {
    copy();
    vector.add(other, 0, x, 0, size);
    return x;
  }

  @Benchmark
  public float[] addScalar() {
    copy();
    scalar.add(other, 0, x, 0, size);
    return x;
  }
}
