package org.decodebench.reports.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Whitespace of a Jinja template as Hugging Face's libraries treat it ({@code trim_blocks}, {@code
 * lstrip_blocks} and the signs in {@code {%- … -%}}), decided once in the source, because engines
 * for Java differ in it. What comes out means the same with no such setting.
 */
final class Whitespace {
  /** A stretch of text, or a tag with its kind: {@code %}, <code>{</code> or {@code #}. */
  private record Part(String text, char kind) {
    boolean isTag() {
      return kind != 0;
    }

    /** Statements and comments; only these take the white space around them along. */
    boolean isBlock() {
      return isTag() && kind != '{';
    }

    char firstSign() {
      return text.charAt(2);
    }

    char lastSign() {
      return text.charAt(text.length() - 3);
    }
  }

  private Whitespace() {}

  static String resolved(String template) {
    List<Part> parts = parts(template.endsWith("\n") ? withoutLast(template) : template);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.isTag()) {
        out.append(unsigned(part));
      } else {
        Part before = i == 0 ? null : parts.get(i - 1);
        Part after = i + 1 == parts.size() ? null : parts.get(i + 1);
        out.append(between(before, part.text, after));
      }
    }
    return out.toString();
  }

  private static String withoutLast(String text) {
    return text.substring(0, text.length() - 1);
  }

  private static String between(Part before, String text, Part after) {
    String out = text;
    boolean lineStarts = before == null;
    if (before != null && before.lastSign() == '-') {
      out = out.stripLeading();
    } else if (before != null && before.isBlock() && before.lastSign() != '+') {
      lineStarts = out.startsWith("\n");
      out = lineStarts ? out.substring(1) : out;
    }
    if (after != null && after.firstSign() == '-') {
      return out.stripTrailing();
    }
    if (after != null && after.isBlock() && after.firstSign() != '+') {
      int line = out.lastIndexOf('\n') + 1;
      if ((line > 0 || lineStarts) && out.substring(line).isBlank()) {
        return out.substring(0, line);
      }
    }
    return out;
  }

  /** The tag without its signs; comments say nothing. */
  private static String unsigned(Part tag) {
    if (tag.kind == '#') {
      return "";
    }
    int from = "-+".indexOf(tag.firstSign()) >= 0 ? 3 : 2;
    int to = tag.text.length() - 2;
    if (to > from && "-+".indexOf(tag.lastSign()) >= 0) {
      to--;
    }
    String inside = tag.text.substring(from, Math.max(from, to));
    return EngineSyntax.of(
        tag.text.substring(0, 2) + " " + inside.strip() + " " + closing(tag.kind));
  }

  private static String closing(char kind) {
    return kind == '{' ? "}}" : kind + "}";
  }

  private static List<Part> parts(String template) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    int from = 0;
    while (at < template.length() - 1) {
      char kind = template.charAt(at + 1);
      if (template.charAt(at) != '{' || "{%#".indexOf(kind) < 0) {
        at++;
        continue;
      }
      int end = end(template, at + 2, kind);
      if (end < 0) {
        break; // Left open: the engine will say so.
      }
      // Texts stand between all tags, if only empty ones.
      parts.add(new Part(template.substring(from, at), (char) 0));
      parts.add(new Part(template.substring(at, end), kind));
      from = end;
      at = end;
    }
    parts.add(new Part(template.substring(from), (char) 0));
    return parts;
  }

  /** Where the tag ends; what stands in quotes does not end it. */
  private static int end(String template, int from, char kind) {
    String closing = closing(kind);
    char quote = 0;
    for (int i = from; i < template.length() - 1; i++) {
      char c = template.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (kind != '#' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (template.startsWith(closing, i)) {
        return i + 2;
      }
    }
    return -1;
  }
}
