package org.decodebench.core.tensor;

/**
 * How values are stored. Block types keep {@link #blockSize} consecutive values of a row in {@link
 * #blockBytes} bytes, laid out as ggml defines them; plain types have blocks of one value. All
 * multi-byte fields are little-endian.
 */
public enum DType {
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  /** F16 scale, 32 signed bytes. */
  Q8_0(32, 34),
  /** F16 scale, 32 nibbles with offset 8: byte j holds value j low and value j + 16 high. */
  Q4_0(32, 18),
  /** Super-block: F16 scale and minimum, eight 6-bit (scale, minimum) pairs, 256 nibbles. */
  Q4_K(256, 144),
  /** Super-block: 4 low bits, 2 high bits, sixteen 8-bit scales, F16 scale. */
  Q6_K(256, 210);

  private final int blockSize;
  private final int blockBytes;

  DType(int blockSize, int blockBytes) {
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** Values in a block. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return blockBytes;
  }

  public boolean quantised() {
    return blockSize > 1;
  }

  /**
   * Bytes of {@code values} consecutive values.
   *
   * @throws IllegalArgumentException if they are no whole number of blocks
   */
  public long bytes(long values) {
    if (values % blockSize != 0) {
      throw new IllegalArgumentException(
          values + " values are no whole number of blocks of " + this);
    }
    return Math.multiplyExact(values / blockSize, blockBytes);
  }
}
