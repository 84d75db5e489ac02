package org.decodebench.core.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A safetensors file: eight bytes of header length, a JSON header, and the tensors' bytes. The
 * header is checked whole when the file is opened: every tensor lies in the file, has the size of
 * its shape, and overlaps no other.
 */
public final class SafetensorsFile implements AutoCloseable {
  /** What the format allows. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final int MOST_DIMENSIONS = 8;
  private static final String METADATA = "__metadata__";

  /**
   * A tensor's place.
   *
   * @param type as the file names it; not all of them can be computed on
   * @param offset in the file
   */
  public record Entry(String name, String type, long[] shape, long offset, long bytes) {}

  private final String file;
  private final MemorySegment data;
  private final Runnable close;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsFile(String file, MemorySegment data, Runnable close) {
    this.file = file;
    this.data = data;
    this.close = close;
  }

  /**
   * Maps a file.
   *
   * @throws UsageException if it cannot be read or is damaged, naming field and offset
   */
  public static SafetensorsFile open(Path path) {
    MappedFile mapped = MappedFile.open(path);
    try {
      return open(path.toString(), mapped.data(), mapped::close);
    } catch (RuntimeException e) {
      mapped.close();
      throw e;
    }
  }

  /** The same from memory. */
  static SafetensorsFile open(String file, MemorySegment data, Runnable close) {
    SafetensorsFile opened = new SafetensorsFile(file, data, close);
    opened.readHeader();
    return opened;
  }

  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** All tensors, in the order of the header. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /** The header's free-form texts. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /**
   * A tensor over the file's bytes.
   *
   * @throws UsageException if it is not there or has a type that cannot be computed on
   */
  public Tensor tensor(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw bad("tensor " + Quoted.of(name) + " is missing");
    }
    DType type =
        switch (entry.type) {
          case "F32" -> DType.F32;
          case "F16" -> DType.F16;
          case "BF16" -> DType.BF16;
          default ->
              throw bad(
                  "tensor %s has dtype %s; supported are F32, F16, BF16"
                      .formatted(Quoted.of(name), Quoted.of(entry.type)));
        };
    int[] shape = new int[entry.shape.length];
    for (int i = 0; i < shape.length; i++) {
      if (entry.shape[i] < 1 || entry.shape[i] > Integer.MAX_VALUE) {
        throw bad(
            "tensor %s has shape %s".formatted(Quoted.of(name), Arrays.toString(entry.shape)));
      }
      shape[i] = (int) entry.shape[i];
    }
    return new Tensor(type, shape, data.asSlice(entry.offset, entry.bytes));
  }

  private void readHeader() {
    if (data.byteSize() < 8) {
      throw bad("%d bytes are too few for a safetensors file".formatted(data.byteSize()));
    }
    long length = data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 2 || length > LONGEST_HEADER || length > data.byteSize() - 8) {
      throw bad(
          "header length %s at offset 0 does not fit a file of %d bytes"
              .formatted(Long.toUnsignedString(length), data.byteSize()));
    }
    byte[] json = data.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
    ObjectNode header = JsonFile.object(file + ": header at offset 8", json);
    header.forEachEntry((name, node) -> {
      if (name.equals(METADATA)) {
        readMetadata(node);
      } else {
        entries.put(name, entry(name, node, 8 + length));
      }
    });
    checkOverlaps();
  }

  private void readMetadata(JsonNode node) {
    if (!node.isObject()) {
      throw bad("header field " + METADATA + " is no object");
    }
    node.forEachEntry((key, value) -> metadata.put(key, value.asString("")));
  }

  private Entry entry(String name, JsonNode node, long start) {
    String field = "header field " + Quoted.of(name);
    JsonNode type = node.path("dtype");
    if (!type.isString()) {
      throw bad(field + " has no dtype");
    }
    long[] shape = numbers(field + ".shape", node.path("shape"), MOST_DIMENSIONS);
    long[] offsets = numbers(field + ".data_offsets", node.path("data_offsets"), 2);
    long available = data.byteSize() - start;
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw bad(field + ".data_offsets is no [begin, end]");
    }
    if (offsets[1] > available) {
      throw bad(
          "tensor %s ends at offset %d, past the end of the file at %d; is the download complete?"
              .formatted(Quoted.of(name), start + offsets[1], data.byteSize()));
    }
    long bytes = offsets[1] - offsets[0];
    long elements = 1;
    try {
      for (long size : shape) {
        elements = Math.multiplyExact(elements, size);
      }
      int width = width(type.stringValue());
      if (width > 0 && Math.multiplyExact(elements, width) != bytes) {
        throw bad(
            "tensor %s of shape %s as %s does not take the %d bytes of its data_offsets"
                .formatted(
                    Quoted.of(name), Arrays.toString(shape), Quoted.of(type.stringValue()), bytes));
      }
    } catch (ArithmeticException e) {
      throw new UsageException(
          "%s: tensor %s has the impossible shape %s"
              .formatted(file, Quoted.of(name), Arrays.toString(shape)),
          e);
    }
    return new Entry(name, type.stringValue(), shape, start + offsets[0], bytes);
  }

  /** Bytes of a value, 0 where the type is unknown. */
  private static int width(String type) {
    return switch (type) {
      case "F64", "I64", "U64" -> 8;
      case "F32", "I32", "U32" -> 4;
      case "F16", "BF16", "I16", "U16" -> 2;
      case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2" -> 1;
      default -> 0;
    };
  }

  private long[] numbers(String field, JsonNode node, int most) {
    if (!node.isArray() || node.size() > most) {
      throw bad(field + " is no array of at most " + most + " numbers");
    }
    long[] out = new long[node.size()];
    for (int i = 0; i < out.length; i++) {
      JsonNode number = node.get(i);
      if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
        throw bad(field + " holds " + Quoted.of(number.toString()));
      }
      out[i] = number.longValue();
    }
    return out;
  }

  private void checkOverlaps() {
    List<Entry> ordered =
        entries.values().stream()
            .filter(e -> e.bytes > 0)
            .sorted(Comparator.comparingLong(Entry::offset))
            .toList();
    for (int i = 1; i < ordered.size(); i++) {
      Entry before = ordered.get(i - 1);
      if (before.offset + before.bytes > ordered.get(i).offset) {
        throw bad(
            "tensors %s and %s overlap at offset %d"
                .formatted(
                    Quoted.of(before.name), Quoted.of(ordered.get(i).name), ordered.get(i).offset));
      }
    }
  }

  private UsageException bad(String what) {
    return new UsageException(file + ": " + what);
  }

  @Override
  public void close() {
    close.run();
  }
}
