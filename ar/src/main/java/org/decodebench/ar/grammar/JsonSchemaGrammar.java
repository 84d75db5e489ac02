package org.decodebench.ar.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.decodebench.core.UsageException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A subset of JSON Schema as a grammar of compact JSON (no spaces): {@code type} (all seven),
 * {@code properties} with {@code required} (written in the schema's order), {@code items} with
 * {@code minItems} and {@code maxItems}, {@code minLength} and {@code maxLength}, {@code enum},
 * {@code const}, {@code anyOf}, {@code oneOf}. Any other keyword that would restrict the value is
 * refused, so what comes out is valid under the whole schema.
 */
final class JsonSchemaGrammar {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Set<String> KNOWN =
      Set.of(
          "type",
          "properties",
          "required",
          "items",
          "minItems",
          "maxItems",
          "minLength",
          "maxLength",
          "enum",
          "const",
          "anyOf",
          "oneOf",
          "additionalProperties",
          "title",
          "description",
          "default",
          "examples",
          "$schema",
          "$id",
          "$comment");

  private static final String BASICS =
      """
      json-char ::= [^"\\\\\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})
      json-string ::= "\\"" json-char* "\\""
      json-integer ::= "-"? ("0" | [1-9] [0-9]{0,14})
      json-number ::= json-integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?
      json-boolean ::= "true" | "false"
      json-null ::= "null"
      json-array ::= "[" (json-value ("," json-value)*)? "]"
      json-member ::= json-string ":" json-value
      json-object ::= "{" (json-member ("," json-member)*)? "}"
      json-value ::= json-string | json-number | json-boolean | json-null | json-array | json-object
      """;

  private final String file;
  private final StringBuilder rules = new StringBuilder();
  private int count;

  private JsonSchemaGrammar(String file) {
    this.file = file;
  }

  /**
   * @throws UsageException if this is no JSON, or a schema outside the subset
   */
  static Grammar parse(String file, String text) {
    JsonNode schema;
    try {
      schema = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new UsageException("%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
    }
    JsonSchemaGrammar writer = new JsonSchemaGrammar(file);
    String root = writer.value(schema, "#");
    return GbnfParser.parse(file, "root ::= " + root + "\n" + writer.rules + BASICS);
  }

  /** An expression for a schema; larger ones become rules. */
  private String value(JsonNode schema, String where) {
    if (schema.isBoolean() && schema.booleanValue()) {
      return "json-value";
    }
    if (!schema.isObject()) {
      throw bad(where, "expected a schema object");
    }
    for (String key : schema.propertyNames()) {
      if (!KNOWN.contains(key)) {
        throw bad(where, "keyword '" + key + "' is not supported");
      }
    }
    if (schema.has("const")) {
      return literal(schema.get("const"));
    }
    if (schema.has("enum")) {
      return anyOf(list(schema, "enum", where).stream().map(this::literal).toList());
    }
    for (String key : List.of("anyOf", "oneOf")) {
      if (schema.has(key)) {
        List<String> options = new ArrayList<>();
        for (JsonNode option : list(schema, key, where)) {
          options.add(value(option, where + "/" + key));
        }
        return anyOf(options);
      }
    }
    return types(schema, where);
  }

  private String types(JsonNode schema, String where) {
    JsonNode type = schema.get("type");
    if (type == null) {
      return schema.has("properties")
          ? object(schema, where)
          : schema.has("items") ? array(schema, where) : "json-value";
    }
    if (type.isArray()) {
      List<String> options = new ArrayList<>();
      for (JsonNode one : type) {
        options.add(type(one.asString(), schema, where));
      }
      return anyOf(options);
    }
    return type(type.asString(), schema, where);
  }

  private String type(String type, JsonNode schema, String where) {
    return switch (type) {
      case "object" -> schema.has("properties") ? object(schema, where) : "json-object";
      case "array" -> array(schema, where);
      case "string" -> string(schema, where);
      case "integer", "number", "boolean", "null" -> "json-" + type;
      default -> throw bad(where, "unknown type '" + type + "'");
    };
  }

  private String string(JsonNode schema, String where) {
    if (!schema.has("minLength") && !schema.has("maxLength")) {
      return "json-string";
    }
    return "\"\\\"\" json-char" + bounds(schema, "minLength", "maxLength", where) + " \"\\\"\"";
  }

  private String array(JsonNode schema, String where) {
    String item = schema.has("items") ? value(schema.get("items"), where + "/items") : "json-value";
    int least = integer(schema, "minItems", 0, where);
    int most = integer(schema, "maxItems", -1, where);
    if (most == 0) {
      return "\"[]\"";
    }
    String more =
        "(\",\" %s){%d,%s}"
            .formatted(item, Math.max(0, least - 1), most < 0 ? "" : String.valueOf(most - 1));
    String filled = "%s %s".formatted(item, more);
    return rule("\"[\" " + (least == 0 ? "(" + filled + ")?" : filled) + " \"]\"");
  }

  private String object(JsonNode schema, String where) {
    Set<String> required = new TreeSet<>();
    if (schema.has("required")) {
      list(schema, "required", where).forEach(name -> required.add(name.asString()));
    }
    List<String> names = new ArrayList<>(schema.get("properties").propertyNames());
    if (!names.containsAll(required)) {
      throw bad(where, "'required' names a property that is not under 'properties'");
    }
    List<String> members = new ArrayList<>();
    for (String name : names) {
      JsonNode property = schema.get("properties").get(name);
      members.add(
          quoted(JSON.writeValueAsString(name) + ":") + " " + value(property, where + "/" + name));
    }
    return rule("\"{\" " + rest(names, members, required, 0, false) + " \"}\"");
  }

  /** Members from one on, in order; a comma stands before each but the first that is written. */
  private String rest(
      List<String> names, List<String> members, Set<String> required, int from, boolean comma) {
    if (from == names.size()) {
      return "\"\"";
    }
    String with =
        (comma ? "\",\" " : "")
            + members.get(from)
            + " "
            + rest(names, members, required, from + 1, true);
    if (required.contains(names.get(from))) {
      return with;
    }
    return rule(with + " | " + rest(names, members, required, from + 1, comma));
  }

  private String literal(JsonNode value) {
    return quoted(JSON.writeValueAsString(value));
  }

  /** A text as a GBNF literal. */
  private static String quoted(String text) {
    StringBuilder literal = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            literal.append('\\').appendCodePoint(c);
          } else if (c < ' ') {
            literal.append("\\x%02X".formatted(c));
          } else {
            literal.appendCodePoint(c);
          }
        });
    return literal.append('"').toString();
  }

  private String anyOf(List<String> options) {
    return "(" + String.join(" | ", options) + ")";
  }

  private String rule(String body) {
    String name = "schema-" + count++;
    rules.append(name).append(" ::= ").append(body).append('\n');
    return name;
  }

  private String bounds(JsonNode schema, String min, String max, String where) {
    int most = integer(schema, max, -1, where);
    return "{%d,%s}"
        .formatted(integer(schema, min, 0, where), most < 0 ? "" : String.valueOf(most));
  }

  private int integer(JsonNode schema, String key, int otherwise, String where) {
    if (!schema.has(key)) {
      return otherwise;
    }
    JsonNode value = schema.get(key);
    if (!value.isInt() || value.intValue() < 0) {
      throw bad(where, "'" + key + "' must be a whole number from 0 up");
    }
    return value.intValue();
  }

  private List<JsonNode> list(JsonNode schema, String key, String where) {
    JsonNode list = schema.get(key);
    if (!list.isArray() || list.isEmpty()) {
      throw bad(where, "'" + key + "' must be a list that is not empty");
    }
    List<JsonNode> nodes = new ArrayList<>();
    list.forEach(nodes::add);
    return nodes;
  }

  private UsageException bad(String where, String what) {
    return new UsageException("%s: schema %s: %s".formatted(file, where, what));
  }
}
