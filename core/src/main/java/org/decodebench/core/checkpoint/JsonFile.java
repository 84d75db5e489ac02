package org.decodebench.core.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON files of a model folder: read within bounds, errors in one line. */
final class JsonFile {
  /** The largest published tokenizer.json takes some 35 MB. */
  private static final long LONGEST = 1 << 28;

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxNumberLength(100)
                          .maxStringLength(1 << 26)
                          .build())
                  .build())
          .build();

  private JsonFile() {}

  /**
   * @throws UsageException if the file cannot be read or is no JSON object
   */
  static ObjectNode object(Path file) {
    try {
      if (Files.size(file) > LONGEST) {
        throw new UsageException(
            "%s has %d bytes; a JSON file of a model has at most %d"
                .formatted(file, Files.size(file), LONGEST));
      }
      return object(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UsageException("cannot read " + file + ": " + e, e);
    }
  }

  static ObjectNode object(String file, byte[] json) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      long column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw new UsageException(
          "%s: not valid JSON at line %d, column %d: %s"
              .formatted(file, line, column, Quoted.of(e.getOriginalMessage())),
          e);
    }
    throw new UsageException(file + ": not a JSON object");
  }

  /** Writes the whole file or nothing, for people to read. */
  static void write(Path file, ObjectNode json) {
    try (AtomicOutput out = new AtomicOutput(file)) {
      byte[] text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
      out.write(java.nio.ByteBuffer.wrap(text));
      out.commit();
    } catch (IOException e) {
      throw new UsageException("cannot write " + file + ": " + e, e);
    }
  }

  /** A member that is a whole number of at least 0; empty if it is missing, null, or no such. */
  static OptionalInt index(JsonNode node) {
    return node != null && node.isInt() && node.intValue() >= 0
        ? OptionalInt.of(node.intValue())
        : OptionalInt.empty();
  }
}
