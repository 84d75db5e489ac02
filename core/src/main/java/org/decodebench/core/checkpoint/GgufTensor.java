package org.decodebench.core.checkpoint;

/**
 * Where a tensor lies in a GGUF file; the reader has checked that all of it lies inside the file
 * and shares no byte with another.
 *
 * @param shape outermost first (the file lists them innermost first)
 * @param offset of its first byte from the start of the file
 * @param bytes its size
 */
public record GgufTensor(String name, GgmlType type, int[] shape, long offset, long bytes) {

  /** Number of values. */
  public long elements() {
    long elements = 1;
    for (int size : shape) {
      elements *= size;
    }
    return elements;
  }

  long end() {
    return offset + bytes;
  }
}
