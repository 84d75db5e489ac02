package org.decodebench.core.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.decodebench.core.UsageException;

/**
 * Reads the header of a GGUF file, version 2 or 3: metadata and where the tensors lie. Every count,
 * length, type and offset is checked before it is used, and what is kept in memory is bounded, so a
 * damaged file gives one {@link UsageException} naming file, field and offset.
 */
final class GgufReader {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MOST_TENSORS = 1 << 20;
  private static final int MOST_KEYS = 1 << 20;

  /** Array elements of all metadata together: the largest vocabularies have some 10^6. */
  private static final int MOST_ELEMENTS = 1 << 24;

  private static final int DEEPEST_ARRAY = 4;
  private static final int MOST_DIMENSIONS = 4;

  private static final int U8 = 0;
  private static final int I8 = 1;
  private static final int U16 = 2;
  private static final int I16 = 3;
  private static final int U32 = 4;
  private static final int I32 = 5;
  private static final int F32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int U64 = 10;
  private static final int I64 = 11;
  private static final int F64 = 12;

  /**
   * What a header says.
   *
   * @param version of the format
   * @param metadata all of it
   * @param tensors by name, in the order of the file
   */
  record Header(int version, GgufMetadata metadata, SequencedMap<String, GgufTensor> tensors) {}

  private final String file;
  private final GgufCursor in;
  private int elementsLeft = MOST_ELEMENTS;

  private GgufReader(String file, MemorySegment data) {
    this.file = file;
    this.in = new GgufCursor(file, data);
  }

  /**
   * @param file its name, for messages
   * @param data all of the file
   */
  static Header read(String file, MemorySegment data) {
    return new GgufReader(file, data).header();
  }

  private Header header() {
    int version = version();
    // A tensor takes at least a name's length, a dimension count, a type and an offset.
    int tensorCount = in.count("tensor count", "tensors", 24, MOST_TENSORS);
    int keyCount = in.count("metadata count", "entries", 13, MOST_KEYS);
    GgufMetadata metadata = metadata(keyCount);
    int alignment = alignment(metadata);
    return new Header(version, metadata, tensors(tensorCount, alignment));
  }

  private int version() {
    int magic = in.i32("magic");
    if (magic != MAGIC) {
      throw new UsageException(
          "%s is not a GGUF file: it starts with %08x, not with 'GGUF'"
              .formatted(file, Integer.reverseBytes(magic)));
    }
    int version = in.i32("version");
    if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
      throw in.error(4, "version", "a big-endian file; convert the model to little-endian");
    }
    if (version != 2 && version != 3) {
      throw in.error(
          4,
          "version",
          "%s is not supported, 2 and 3 are".formatted(Integer.toUnsignedString(version)));
    }
    return version;
  }

  private GgufMetadata metadata(int count) {
    Map<String, GgufValue> values = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      long at = in.position();
      String key = in.string("key of metadata entry " + i);
      String field = "metadata " + Quoted.of(key);
      if (values.containsKey(key)) {
        throw in.error(at, field, "the key is there twice");
      }
      values.put(key, value(in.i32(field), field, 0));
    }
    return new GgufMetadata(file, values);
  }

  private GgufValue value(int type, String field, int depth) {
    return switch (type) {
      case U8 -> integer(Byte.toUnsignedLong(in.i8(field)));
      case I8 -> integer(in.i8(field));
      case U16 -> integer(Short.toUnsignedLong(in.i16(field)));
      case I16 -> integer(in.i16(field));
      case U32 -> integer(in.u32(field));
      case I32 -> integer(in.i32(field));
      case I64 -> integer(in.i64(field));
      case U64 -> {
        long bits = in.i64(field);
        yield new GgufValue.Int(bits, bits < 0);
      }
      case F32 -> new GgufValue.Real(Float.intBitsToFloat(in.i32(field)), true);
      case F64 -> new GgufValue.Real(Double.longBitsToDouble(in.i64(field)), false);
      case BOOL -> new GgufValue.Bool(bool(field));
      case STRING -> new GgufValue.Text(in.string(field));
      case ARRAY -> array(field, depth);
      default ->
          throw in.error(
              in.position() - 4,
              field,
              "value type %s is none of GGUF's (0 to 12)"
                  .formatted(Integer.toUnsignedString(type)));
    };
  }

  private static GgufValue integer(long value) {
    return new GgufValue.Int(value, false);
  }

  private boolean bool(String field) {
    byte value = in.i8(field);
    if (value != 0 && value != 1) {
      throw in.error(in.position() - 1, field, "truth value is " + value + ", not 0 or 1");
    }
    return value == 1;
  }

  private GgufValue array(String field, int depth) {
    if (depth == DEEPEST_ARRAY) {
      throw in.error(in.position(), field, "arrays are nested deeper than " + DEEPEST_ARRAY);
    }
    int type = in.i32(field);
    int n = in.count(field, "elements", leastBytes(type, field), elementsLeft);
    elementsLeft -= n;
    return switch (type) {
      case F32, F64 -> {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
          values[i] =
              type == F32
                  ? Float.intBitsToFloat(in.i32(field))
                  : Double.longBitsToDouble(in.i64(field));
        }
        yield new GgufValue.Reals(values);
      }
      case BOOL -> {
        boolean[] values = new boolean[n];
        for (int i = 0; i < n; i++) {
          values[i] = bool(field);
        }
        yield new GgufValue.Bools(values);
      }
      case STRING -> {
        String[] values = new String[n];
        for (int i = 0; i < n; i++) {
          values[i] = in.string(field);
        }
        yield new GgufValue.Texts(values);
      }
      case ARRAY -> {
        for (int i = 0; i < n; i++) {
          array(field, depth + 1);
        }
        yield new GgufValue.Nested(n);
      }
      default -> {
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
          values[i] = ((GgufValue.Int) value(type, field, depth)).value();
        }
        yield new GgufValue.Ints(values);
      }
    };
  }

  private int leastBytes(int type, String field) {
    return switch (type) {
      case U8, I8, BOOL -> 1;
      case U16, I16 -> 2;
      case U32, I32, F32 -> 4;
      case U64, I64, F64, STRING -> 8;
      case ARRAY -> 12;
      default ->
          throw in.error(
              in.position() - 4,
              field,
              "element type %s is none of GGUF's (0 to 12)"
                  .formatted(Integer.toUnsignedString(type)));
    };
  }

  private int alignment(GgufMetadata metadata) {
    int alignment = metadata.integer("general.alignment", 1, 1 << 20).orElse(DEFAULT_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw metadata.wrong(
          "general.alignment", "a power of two", metadata.value("general.alignment").orElseThrow());
    }
    return alignment;
  }

  private SequencedMap<String, GgufTensor> tensors(int count, int alignment) {
    List<GgufTensor> relative = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      relative.add(tensor(i, alignment));
    }
    long start = (in.position() + alignment - 1) / alignment * alignment;
    SequencedMap<String, GgufTensor> tensors = new LinkedHashMap<>();
    for (GgufTensor t : relative) {
      GgufTensor tensor = placed(t, start);
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw new UsageException(
            "%s: tensor %s is there twice".formatted(file, Quoted.of(tensor.name())));
      }
    }
    checkOverlaps(tensors);
    return tensors;
  }

  /**
   * One entry of the table; its offset counts from the start of the data, whose place comes last.
   */
  private GgufTensor tensor(int index, int alignment) {
    String name = in.string("name of tensor " + index);
    String field = "tensor " + Quoted.of(name);
    int[] shape = shape(field);
    long typeAt = in.position();
    long typeId = in.u32(field);
    GgmlType type =
        GgmlType.byId(typeId)
            .orElseThrow(() -> in.error(typeAt, field, "type " + typeId + " is unknown"));
    int columns = shape.length == 0 ? 1 : shape[shape.length - 1];
    if (columns % type.blockSize() != 0) {
      throw in.error(
          typeAt,
          field,
          "rows of %d values are no whole number of %s blocks of %d"
              .formatted(columns, type, type.blockSize()));
    }
    long offsetAt = in.position();
    long offset = in.i64(field);
    if (offset < 0 || offset % alignment != 0) {
      throw in.error(
          offsetAt,
          field,
          "data offset %s is no multiple of the alignment %d"
              .formatted(Long.toUnsignedString(offset), alignment));
    }
    GgufTensor tensor = new GgufTensor(name, type, shape, offset, 0);
    // Fits a long: elements stay below 2^62 / 16 and no block takes more than 8 bytes a value.
    long bytes = tensor.elements() / type.blockSize() * type.blockBytes();
    return new GgufTensor(name, type, shape, offset, bytes);
  }

  private int[] shape(String field) {
    long at = in.position();
    long dimensions = in.u32(field);
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw in.error(at, field, dimensions + " dimensions, 1 to " + MOST_DIMENSIONS + " are read");
    }
    int[] shape = new int[(int) dimensions];
    long elements = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      long sizeAt = in.position();
      long size = in.i64(field);
      if (size < 1 || size > Integer.MAX_VALUE || elements > (1L << 58) / size) {
        throw in.error(
            sizeAt, field, "dimension of size %s".formatted(Long.toUnsignedString(size)));
      }
      elements *= size;
      shape[i] = (int) size;
    }
    return shape;
  }

  private GgufTensor placed(GgufTensor t, long start) {
    // A subtraction, since the sum of a huge offset and a huge size might overflow.
    if (t.offset() > in.size() - start || t.bytes() > in.size() - start - t.offset()) {
      throw new UsageException(
          "%s: tensor %s ends at %s, file has %d bytes; it was cut short, get it again"
              .formatted(
                  file,
                  Quoted.of(t.name()),
                  Long.toUnsignedString(start + t.offset() + t.bytes()),
                  in.size()));
    }
    return new GgufTensor(t.name(), t.type(), t.shape(), start + t.offset(), t.bytes());
  }

  private void checkOverlaps(Map<String, GgufTensor> tensors) {
    GgufTensor before = null;
    for (GgufTensor t :
        tensors.values().stream().sorted(Comparator.comparingLong(GgufTensor::offset)).toList()) {
      if (before != null && t.offset() < before.end()) {
        throw new UsageException(
            "%s: tensor %s at offset %d overlaps tensor %s, which ends at %d"
                .formatted(
                    file, Quoted.of(t.name()), t.offset(), Quoted.of(before.name()), before.end()));
      }
      before = t;
    }
  }
}
