package org.decodebench.core.checkpoint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Members of a JSON object, read by name with their ranges; in the end, a member that nobody asked
 * for is an error, because it may change what a model computes.
 */
final class JsonFields {
  private final String where;
  private final JsonNode object;
  private final Set<String> known = new HashSet<>();

  JsonFields(String where, JsonNode object) {
    this.where = where;
    this.object = object;
  }

  private JsonNode get(String key) {
    known.add(key);
    return object.path(key);
  }

  /** Whether the member is there and not null. */
  boolean has(String key) {
    JsonNode node = get(key);
    return !node.isMissingNode() && !node.isNull();
  }

  /** A whole number that must be there. */
  int integer(String key, int min, int max) {
    if (!has(key)) {
      throw bad(key, "is missing");
    }
    JsonNode node = get(key);
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < min
        || node.intValue() > max) {
      throw bad(key, "is %s; expected a whole number from %d to %d", node, min, max);
    }
    return node.intValue();
  }

  int integer(String key, int min, int max, int otherwise) {
    return has(key) ? integer(key, min, max) : otherwise;
  }

  OptionalInt optionalInteger(String key, int min, int max) {
    return has(key) ? OptionalInt.of(integer(key, min, max)) : OptionalInt.empty();
  }

  /** A finite number greater than zero. */
  double positive(String key, double otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode node = get(key);
    if (!node.isNumber() || !(node.doubleValue() > 0) || Double.isInfinite(node.doubleValue())) {
      throw bad(key, "is %s; expected a number above 0", node);
    }
    return node.doubleValue();
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!get(key).isBoolean()) {
      throw bad(key, "is %s; expected true or false", get(key));
    }
    return get(key).booleanValue();
  }

  String text(String key, String otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!get(key).isString()) {
      throw bad(key, "is %s; expected a string", get(key));
    }
    return get(key).stringValue();
  }

  /** A string that must be one of a few. */
  String choice(String key, String otherwise, String... choices) {
    String value = text(key, otherwise);
    if (!Arrays.asList(choices).contains(value)) {
      throw bad(key, "is %s; supported: %s", Quoted.of(value), String.join(", ", choices));
    }
    return value;
  }

  /** A member that must have this value if it is there. */
  void fixed(String key, String value) {
    if (has(key) && !get(key).asString("").equals(value)) {
      throw bad(key, "is %s; only %s is supported", Quoted.of(get(key).toString()), value);
    }
  }

  /** The strings of an array, empty where it is missing. */
  List<String> texts(String key) {
    List<String> out = new ArrayList<>();
    for (JsonNode node : get(key)) {
      out.add(node.asString(""));
    }
    return out;
  }

  /** The members of an object, which must be there. */
  JsonFields object(String key) {
    if (!(get(key) instanceof ObjectNode child)) {
      throw bad(key, "is no object");
    }
    return new JsonFields(where + ": " + key, child);
  }

  /** Members that change nothing in a forward pass. */
  void ignore(String... keys) {
    known.addAll(Arrays.asList(keys));
  }

  /**
   * @throws UsageException naming the first member that was neither read nor ignored; null and
   *     false switch nothing on and pass
   */
  void rejectOthers() {
    object.forEachEntry((key, value) -> {
      boolean off = value.isNull() || (value.isBoolean() && !value.booleanValue());
      if (!known.contains(key) && !key.startsWith("_") && !off) {
        throw bad(
            key,
            "is not supported; known are: %s",
            String.join(", ", known.stream().sorted().toList()));
      }
    });
  }

  UsageException bad(String key, String format, Object... args) {
    return new UsageException(
        "%s: field %s %s".formatted(where, Quoted.of(key), format.formatted(args)));
  }
}
