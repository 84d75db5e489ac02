package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import tools.jackson.databind.json.JsonMapper;

/** Writes safetensors files: a length, a JSON header padded to 8 bytes, the tensors' bytes. */
public final class SafetensorsWriter {
  private SafetensorsWriter() {}

  /**
   * Writes the whole file or nothing.
   *
   * @param tensors F32, F16 or BF16, by name, in the order of the file
   * @param metadata free text for the header
   * @throws UsageException if the file cannot be written
   * @throws IllegalArgumentException for a type that the format does not know
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    List<TensorEntry> entries = new ArrayList<>();
    tensors.forEach((name, tensor) -> entries.add(TensorEntry.of(name, tensor)));
    write(file, entries, metadata);
  }

  /** The same with tensors that are made one after the other. */
  static void write(Path file, List<TensorEntry> entries, Map<String, String> metadata) {
    byte[] header = header(entries, metadata).getBytes(StandardCharsets.UTF_8);
    int padded = (header.length + 7) / 8 * 8;
    ByteBuffer start = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(padded).put(header);
    while (start.hasRemaining()) {
      start.put((byte) ' ');
    }
    try (AtomicOutput out = new AtomicOutput(file)) {
      out.write(start.flip());
      for (TensorEntry entry : entries) {
        out.write(entry.make().data());
      }
      out.commit();
    } catch (IOException e) {
      throw new UsageException("cannot write " + file + ": " + e, e);
    }
  }

  /**
   * The nearest BF16 values, ties to even.
   *
   * @return a tensor of the same shape
   */
  public static Tensor toBf16(float[] values, int... shape) {
    short[] bits = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      int raw = Float.floatToRawIntBits(values[i]);
      boolean nan = Float.isNaN(values[i]);
      bits[i] = (short) (nan ? raw >>> 16 | 0x40 : raw + 0x7FFF + (raw >>> 16 & 1) >>> 16);
    }
    return Tensor.of(DType.BF16, bits, shape);
  }

  private static String header(List<TensorEntry> entries, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put("__metadata__", metadata);
    }
    long offset = 0;
    for (TensorEntry entry : entries) {
      if (entry.type().quantised()) {
        throw new IllegalArgumentException(
            "tensor " + entry.name() + ": safetensors has no type " + entry.type());
      }
      long end = offset + entry.bytes();
      Map<String, Object> field = new LinkedHashMap<>();
      field.put("dtype", entry.type().name());
      field.put("shape", entry.shape());
      field.put("data_offsets", new long[] {offset, end});
      header.put(entry.name(), field);
      offset = end;
    }
    return JsonMapper.shared().writeValueAsString(header);
  }
}
