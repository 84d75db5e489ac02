package org.decodebench.core.sampling;

/**
 * Counter-based random numbers (Philox 4x32-10, Salmon et al. 2011): a value is a pure function of
 * (seed, stream, position, step), so a decode gives the same tokens on any number of threads and in
 * any batch.
 *
 * @param seed the user's seed
 * @param stream which sequence: its id in the workload, not its place in a batch
 */
public record RandomStream(long seed, long stream) {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  /** 64 random bits for a position of the text and a step of the decoder. */
  public long bits(long position, long step) {
    // The stream enters the key by way of a bijective mix, the counter holds position and step
    // whole.
    long key = mix(seed ^ mix(stream + 0x9E3779B97F4A7C15L));
    return philox(position, step, key);
  }

  /** The first 64 of the 128 bits of Philox 4x32-10 for counter {@code (low, high)} and a key. */
  static long philox(long low, long high, long key) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    int c0 = (int) low;
    int c1 = (int) (low >>> 32);
    int c2 = (int) high;
    int c3 = (int) (high >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = Integer.toUnsignedLong(M0) * Integer.toUnsignedLong(c0);
      long p1 = Integer.toUnsignedLong(M1) * Integer.toUnsignedLong(c2);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    return Integer.toUnsignedLong(c0) | ((long) c1 << 32);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double uniform(long position, long step) {
    return (bits(position, step) >>> 11) * 0x1.0p-53;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
