package org.decodebench.reports.experiment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;

/**
 * A YAML value that knows where it stands, so that every error names file, line and column.
 *
 * @param where {@code file:line:column}
 * @param value {@code String} (null for an empty value), {@code List<Node>} or {@code Map<String,
 *     Node>}
 */
record Node(String where, Object value) {
  private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h)?");

  /**
   * @param name of the file, for errors
   * @throws UsageException for anything that is not YAML
   */
  static Node parse(String name, String text) {
    try (JsonParser in = new YAMLFactory().createParser(text)) {
      if (in.nextToken() == null) {
        throw new UsageException(name + ": is empty; an experiment needs at least 'runs'");
      }
      Node node = read(name, in);
      if (in.nextToken() != null) {
        throw new UsageException(at(name, in) + ": a second document; expected one");
      }
      return node;
    } catch (JacksonException e) {
      TokenStreamLocation l = e.getLocation();
      String where = l == null ? name : name + ":" + l.getLineNr() + ":" + l.getColumnNr();
      String message = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new UsageException(where + ": not YAML: " + message, e);
    }
  }

  private static Node read(String name, JsonParser in) {
    String where = at(name, in);
    JsonToken token = in.currentToken();
    if (token == JsonToken.START_ARRAY) {
      List<Node> list = new ArrayList<>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        list.add(read(name, in));
      }
      return new Node(where, Collections.unmodifiableList(list));
    }
    if (token == JsonToken.START_OBJECT) {
      Map<String, Node> map = new LinkedHashMap<>();
      while (in.nextToken() != JsonToken.END_OBJECT) {
        String key = in.currentName();
        String keyWhere = at(name, in);
        in.nextToken();
        if (map.put(key, read(name, in)) != null) {
          throw new UsageException("%s: '%s' is given twice".formatted(keyWhere, key));
        }
      }
      return new Node(where, Collections.unmodifiableMap(map));
    }
    return new Node(where, token == JsonToken.VALUE_NULL ? null : in.getString());
  }

  private static String at(String name, JsonParser in) {
    TokenStreamLocation l = in.currentTokenLocation();
    return name + ":" + l.getLineNr() + ":" + l.getColumnNr();
  }

  UsageException bad(String expected) {
    String found =
        switch (value) {
          case null -> "nothing";
          case List<?> list -> "a list of " + list.size();
          case Map<?, ?> map -> "an object with " + map.keySet();
          default -> "'" + value + "'";
        };
    return new UsageException("%s: expected %s, found %s".formatted(where, expected, found));
  }

  boolean isList() {
    return value instanceof List;
  }

  boolean isMap() {
    return value instanceof Map;
  }

  /** The fields, none but {@code known}. */
  @SuppressWarnings("unchecked")
  Map<String, Node> fields(Set<String> known) {
    Map<String, Node> fields = fields();
    for (Map.Entry<String, Node> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        String names = known.stream().sorted().collect(Collectors.joining(", "));
        throw new UsageException(
            "%s: unknown key '%s'; known here: %s"
                .formatted(field.getValue().where, field.getKey(), names));
      }
    }
    return fields;
  }

  @SuppressWarnings("unchecked")
  Map<String, Node> fields() {
    if (!isMap()) {
      throw bad("keys with values");
    }
    return (Map<String, Node>) value;
  }

  @SuppressWarnings("unchecked")
  List<Node> list() {
    if (!isList()) {
      throw bad("a list");
    }
    return (List<Node>) value;
  }

  /** A list, or one value in place of it. */
  List<Node> oneOrMany() {
    if (isList() && list().isEmpty()) {
      throw bad("at least one value");
    }
    return isList() ? list() : List.of(this);
  }

  String text() {
    if (value instanceof String s && !s.isBlank()) {
      return s;
    }
    throw bad("a text");
  }

  int integer(int min, int max) {
    return (int) whole(min, max);
  }

  long whole(long min, long max) {
    try {
      long number = Long.parseLong(text());
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below, with the range
    }
    boolean open = max == Integer.MAX_VALUE || max == Long.MAX_VALUE;
    throw bad("a whole number from " + min + (open ? " up" : " to " + max));
  }

  boolean flag() {
    return switch (String.valueOf(value)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad("true or false");
    };
  }

  /** For example {@code 2%} or {@code 0.02}. */
  double share() {
    try {
      String s = text().strip();
      double share =
          s.endsWith("%")
              ? Double.parseDouble(s.substring(0, s.length() - 1)) / 100
              : Double.parseDouble(s);
      if (share > 0 && share < 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw bad("a share such as 2%");
  }

  Duration duration() {
    Matcher m = DURATION.matcher(text().strip());
    if (!m.matches()) {
      throw bad("a time such as 500ms, 30s or 5m");
    }
    double factor =
        switch (m.group(2) == null ? "s" : m.group(2)) {
          case "ms" -> 1e-3;
          case "m" -> 60;
          case "h" -> 3600;
          default -> 1;
        };
    return Duration.ofNanos(Math.round(Double.parseDouble(m.group(1)) * factor * 1e9));
  }

  <E extends Enum<E>> E choice(Class<E> type) {
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(e -> e.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
            .toList();
    int i = names.indexOf(String.valueOf(value));
    if (i < 0) {
      throw bad("one of " + String.join(", ", names));
    }
    return type.getEnumConstants()[i];
  }
}
