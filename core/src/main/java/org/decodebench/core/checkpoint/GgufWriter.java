package org.decodebench.core.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;

/** Writes GGUF version 3. Tensors are made one after the other, so a model is never held whole. */
final class GgufWriter {
  private static final int ALIGNMENT = 32;

  private GgufWriter() {}

  /**
   * @throws UsageException if the file cannot be written; nothing is left behind then
   */
  static void write(Path file, Map<String, GgufValue> metadata, List<TensorEntry> entries) {
    try (AtomicOutput out = new AtomicOutput(file)) {
      out.write(ByteBuffer.wrap(header(metadata, entries)));
      for (TensorEntry entry : entries) {
        out.pad(ALIGNMENT);
        out.write(entry.make().data());
      }
      out.pad(ALIGNMENT);
      out.commit();
    } catch (IOException e) {
      throw new UsageException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] header(Map<String, GgufValue> metadata, List<TensorEntry> entries) {
    Little out = new Little();
    out.i32(0x46554747);
    out.i32(3);
    out.i64(entries.size());
    out.i64(metadata.size());
    metadata.forEach((key, value) -> {
      out.string(key);
      value(out, value);
    });
    long offset = 0;
    for (TensorEntry entry : entries) {
      out.string(entry.name());
      out.i32(entry.shape().length);
      for (int i = entry.shape().length - 1; i >= 0; i--) {
        out.i64(entry.shape()[i]);
      }
      out.i32(GgmlType.of(entry.type()).id());
      out.i64(offset);
      offset += (entry.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    return out.bytes();
  }

  private static void value(Little out, GgufValue value) {
    switch (value) {
      case GgufValue.Int i when i.unsigned64() -> out.i32(10).i64(i.value());
      case GgufValue.Int i when i.value() == (i.value() & 0xFFFFFFFFL) ->
          out.i32(4).i32((int) i.value());
      case GgufValue.Int i when i.value() == (int) i.value() -> out.i32(5).i32((int) i.value());
      case GgufValue.Int i -> out.i32(11).i64(i.value());
      case GgufValue.Real r when r.single() ->
          out.i32(6).i32(Float.floatToRawIntBits((float) r.value()));
      case GgufValue.Real r -> out.i32(12).i64(Double.doubleToRawLongBits(r.value()));
      case GgufValue.Bool b -> out.i32(7).i8(b.value() ? 1 : 0);
      case GgufValue.Text t -> out.i32(8).string(t.value());
      case GgufValue.Ints ints -> {
        out.i32(9).i32(5).i64(ints.values().length);
        for (long v : ints.values()) {
          out.i32(Math.toIntExact(v));
        }
      }
      case GgufValue.Reals reals -> {
        out.i32(9).i32(6).i64(reals.values().length);
        for (double v : reals.values()) {
          out.i32(Float.floatToRawIntBits((float) v));
        }
      }
      case GgufValue.Bools bools -> {
        out.i32(9).i32(7).i64(bools.values().length);
        for (boolean v : bools.values()) {
          out.i8(v ? 1 : 0);
        }
      }
      case GgufValue.Texts texts -> {
        out.i32(9).i32(8).i64(texts.values().length);
        for (String v : texts.values()) {
          out.string(v);
        }
      }
      case GgufValue.Nested nested ->
          throw new UsageException("an array of arrays in the metadata cannot be written");
    }
  }

  /** Little-endian fields in memory. */
  private static final class Little {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Little i8(int value) {
      out.write(value);
      return this;
    }

    Little i32(int value) {
      return put(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value));
    }

    Little i64(long value) {
      return put(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value));
    }

    Little string(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      i64(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    private Little put(ByteBuffer buffer) {
      out.writeBytes(buffer.array());
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
