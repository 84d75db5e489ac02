package org.decodebench.core.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.decodebench.core.UsageException;

/** Reads little-endian fields one after the other and never past the end of the file. */
final class GgufCursor {
  /** The longest string that is read: a chat template takes some ten kilobytes. */
  private static final long LONGEST_STRING = 1 << 24;

  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment data;
  private long position;

  GgufCursor(String file, MemorySegment data) {
    this.file = file;
    this.data = data;
  }

  long position() {
    return position;
  }

  long size() {
    return data.byteSize();
  }

  private long remaining() {
    return data.byteSize() - position;
  }

  byte i8(String field) {
    return data.get(ValueLayout.JAVA_BYTE, advance(1, field));
  }

  short i16(String field) {
    return data.get(I16, advance(2, field));
  }

  int i32(String field) {
    return data.get(I32, advance(4, field));
  }

  long u32(String field) {
    return Integer.toUnsignedLong(i32(field));
  }

  long i64(String field) {
    return data.get(I64, advance(8, field));
  }

  /** A count of things that take at least {@code leastBytes} each, so a lie is found at once. */
  int count(String field, String things, int leastBytes, int most) {
    long at = position;
    long count = i64(field);
    if (count < 0 || count > remaining() / leastBytes) {
      throw error(
          at,
          field,
          "%s %s do not fit into the %d bytes that follow"
              .formatted(Long.toUnsignedString(count), things, remaining()));
    }
    if (count > most) {
      throw error(at, field, "%d %s, more than %d are not read".formatted(count, things, most));
    }
    return (int) count;
  }

  /** A length and that many bytes of UTF-8. */
  String string(String field) {
    long at = position;
    long length = i64(field);
    if (length < 0 || length > remaining()) {
      throw error(
          at,
          field,
          "string of %s bytes goes beyond the end of the file, %d bytes follow"
              .formatted(Long.toUnsignedString(length), remaining()));
    }
    if (length > LONGEST_STRING) {
      throw error(at, field, "string of %d bytes, longest is %d".formatted(length, LONGEST_STRING));
    }
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(data, ValueLayout.JAVA_BYTE, position, bytes, 0, bytes.length);
    position += length;
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private long advance(int bytes, String field) {
    if (remaining() < bytes) {
      throw error(
          position,
          field,
          "file ends here, %d more bytes are needed".formatted(bytes - remaining()));
    }
    long at = position;
    position += bytes;
    return at;
  }

  UsageException error(long at, String field, String what) {
    return new UsageException("%s: %s at offset %d: %s".formatted(file, field, at, what));
  }
}
