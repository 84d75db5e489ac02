package org.decodebench.reports.jmh;

import java.util.Random;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * Why no kernel here multiplies in integers. llama.cpp rounds activations to bytes and multiplies
 * them with the bytes of Q8_0 by instructions that add four products at once (VNNI); the question
 * is whether Java gets at them, or gains by integers without them.
 *
 * <p>Every benchmark is the dot product of the same {@value #N} small whole numbers, in the first
 * cache, so the fewest microseconds win: {@link #floats} is what the kernels do with unpacked
 * weights, {@link #bytesAsFloats} what they do with packed ones. {@link #bytesByVectors} is the
 * best that the Vector API has for two rows of bytes (it has no operation that multiplies and adds
 * neighbours), and the plain loops are those that C2 might turn into {@code vpmaddwd} or VNNI: see
 * whether it does.
 */
public class IntegerDotBenchmark extends Benchmarked {
  private static final int N = 2048;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> H = ShortVector.SPECIES_PREFERRED;

  /** As many bytes as a vector has floats, and as it has shorts. */
  private static final VectorSpecies<Byte> QUARTER = bytes(F.length());

  private static final VectorSpecies<Byte> HALF = bytes(H.length());

  private final float[] floatWeights = new float[N];
  private final float[] floatInputs = new float[N];
  private final short[] shortWeights = new short[N];
  private final short[] shortInputs = new short[N];
  private final byte[] byteWeights = new byte[N];
  private final byte[] byteInputs = new byte[N];

  private static VectorSpecies<Byte> bytes(int length) {
    return VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * length));
  }

  /**
   * All give the same whole number; sums of 2,048 products of bytes are exact in a float's 2^24.
   */
  @Setup
  public void setUp() {
    Random random = new Random(1);
    for (int i = 0; i < N; i++) {
      byteWeights[i] = (byte) (random.nextInt(127) - 63);
      byteInputs[i] = (byte) (random.nextInt(127) - 63);
      shortWeights[i] = byteWeights[i];
      shortInputs[i] = byteInputs[i];
      floatWeights[i] = byteWeights[i];
      floatInputs[i] = byteInputs[i];
    }
    int dot = byteLoop();
    Agreement.same(
        "dot products",
        new int[] {dot, dot, dot, dot},
        new int[] {shortPairLoop(), bytesByVectors(), (int) floats(), (int) bytesAsFloats()});
  }

  @Benchmark
  public float floats() {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int l = F.length();
    for (int i = 0; i < N; i += 4 * l) {
      a = floats(floatWeights, i).fma(floats(floatInputs, i), a);
      b = floats(floatWeights, i + l).fma(floats(floatInputs, i + l), b);
      c = floats(floatWeights, i + 2 * l).fma(floats(floatInputs, i + 2 * l), c);
      d = floats(floatWeights, i + 3 * l).fma(floats(floatInputs, i + 3 * l), d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  @Benchmark
  public float bytesAsFloats() {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int l = F.length();
    for (int i = 0; i < N; i += 4 * l) {
      a = widened(i).fma(floats(floatInputs, i), a);
      b = widened(i + l).fma(floats(floatInputs, i + l), b);
      c = widened(i + 2 * l).fma(floats(floatInputs, i + 2 * l), c);
      d = widened(i + 3 * l).fma(floats(floatInputs, i + 3 * l), d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  /** The product of two bytes fits a short, and so does the sum of two of them. */
  @Benchmark
  public int bytesByVectors() {
    IntVector a = IntVector.zero(I);
    IntVector b = a;
    int l = H.length();
    for (int i = 0; i < N; i += 2 * l) {
      ShortVector sum =
          shorts(byteWeights, i)
              .mul(shorts(byteInputs, i))
              .add(shorts(byteWeights, i + l).mul(shorts(byteInputs, i + l)));
      a = a.add(sum.convertShape(VectorOperators.S2I, I, 0));
      b = b.add(sum.convertShape(VectorOperators.S2I, I, 1));
    }
    return a.add(b).reduceLanes(VectorOperators.ADD);
  }

  @Benchmark
  public int byteLoop() {
    int sum = 0;
    for (int i = 0; i < N; i++) {
      sum += byteWeights[i] * byteInputs[i];
    }
    return sum;
  }

  /** The form that C2 knows as MulAddS2I. */
  @Benchmark
  public int shortPairLoop() {
    int sum = 0;
    for (int i = 0; i < N; i += 2) {
      sum += shortWeights[i] * shortInputs[i] + shortWeights[i + 1] * shortInputs[i + 1];
    }
    return sum;
  }

  private static FloatVector floats(float[] values, int from) {
    return FloatVector.fromArray(F, values, from);
  }

  private FloatVector widened(int from) {
    return (FloatVector)
        ByteVector.fromArray(QUARTER, byteWeights, from).convertShape(VectorOperators.B2F, F, 0);
  }

  private static ShortVector shorts(byte[] values, int from) {
    return (ShortVector)
        ByteVector.fromArray(HALF, values, from).convertShape(VectorOperators.B2S, H, 0);
  }
}
