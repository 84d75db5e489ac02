package org.decodebench.training;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.decodebench.core.UsageException;
import tools.jackson.databind.JsonNode;

/** One mapping of a configuration file, read field by field with errors that name the field. */
final class Fields {
  private final Path file;
  private final String path;
  private final JsonNode node;
  private final Set<String> asked = new LinkedHashSet<>();

  Fields(Path file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      throw new UsageException(
          "%s: %s: expected fields with values".formatted(file, path.isEmpty() ? "file" : path));
    }
  }

  Fields section(String name) {
    return new Fields(file, path + name + ".", required(name));
  }

  Optional<Fields> optionalSection(String name) {
    return value(name).map(n -> new Fields(file, path + name + ".", n));
  }

  Optional<String> optionalText(String name) {
    return value(name)
        .map(n ->
            n.isString() && !n.stringValue().isBlank() ? n.stringValue() : wrong(name, n, "text"));
  }

  String text(String name) {
    required(name);
    return optionalText(name).orElseThrow();
  }

  String choice(String name, String... choices) {
    String value = text(name);
    return Arrays.asList(choices).contains(value)
        ? value
        : wrong(name, node.get(name), "one of " + String.join(", ", choices));
  }

  long whole(String name, long min, long max) {
    JsonNode n = required(name);
    return n.isIntegralNumber()
            && n.canConvertToLong()
            && n.longValue() >= min
            && n.longValue() <= max
        ? n.longValue()
        : wrong(name, n, "a whole number from %d to %d".formatted(min, max));
  }

  long whole(String name, long min, long max, long otherwise) {
    return value(name).isEmpty() ? otherwise : whole(name, min, max);
  }

  /** A number in [min, max]. */
  double number(String name, double min, double max, double otherwise) {
    return value(name).isEmpty() ? otherwise : number(name, min, max);
  }

  double number(String name, double min, double max) {
    JsonNode n = required(name);
    return n.isNumber() && n.doubleValue() >= min && n.doubleValue() <= max
        ? n.doubleValue()
        : wrong(name, n, "a number from %s to %s".formatted(min, max));
  }

  /** An error about a field that was read. */
  UsageException bad(String name, String expected) {
    return new UsageException("%s: %s%s: expected %s".formatted(file, path, name, expected));
  }

  /** Refuses fields that nothing asked for. */
  void end() {
    Predicate<String> known = asked::contains;
    node.propertyNames().stream()
        .filter(known.negate())
        .findFirst()
        .ifPresent(name -> {
          throw new UsageException(
              "%s: %s%s: no such field; there are: %s"
                  .formatted(file, path, name, String.join(", ", asked)));
        });
  }

  private JsonNode required(String name) {
    return value(name)
        .orElseThrow(() -> new UsageException("%s: %s%s: missing".formatted(file, path, name)));
  }

  private Optional<JsonNode> value(String name) {
    asked.add(name);
    return Optional.ofNullable(node.get(name)).filter(n -> !n.isNull());
  }

  private <T> T wrong(String name, JsonNode found, String expected) {
    throw bad(name, expected + ", found " + found);
  }
}
