package org.decodebench.reports.chat;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes two things so that the engine reads them as Jinja does: {@code f(a=b - 1)} as {@code
 * f(a=(b - 1))}, which it would take for {@code (a=b) - 1}, and {@code list[::-1]} as {@code
 * list|reverse}.
 */
final class EngineSyntax {
  private static final String REVERSED = "[::-1]";

  private final String tag;
  private final StringBuilder out = new StringBuilder();

  /** One entry an open bracket: whether the argument in it has a parenthesis of ours open. */
  private final Deque<Boolean> open = new ArrayDeque<>();

  private EngineSyntax(String tag) {
    this.tag = tag;
  }

  /**
   * @param tag of a template, with its delimiters
   */
  static String of(String tag) {
    return new EngineSyntax(tag).write();
  }

  private String write() {
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      switch (c) {
        case '"', '\'' -> i = quoted(i);
        case '(', '[', '{' -> {
          if (tag.startsWith(REVERSED, i)) {
            out.append("|reverse");
            i += REVERSED.length() - 1;
          } else {
            out.append(c);
            open.push(false);
          }
        }
        case ')', ']', '}' -> {
          closeOurs();
          open.poll();
          out.append(c);
        }
        case ',' -> {
          if (closeOurs()) {
            open.pop();
            open.push(false);
          }
          out.append(c);
        }
        case '=' -> {
          out.append(c);
          if (isKeyword(i)) {
            out.append('(');
            open.pop();
            open.push(true);
          }
        }
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  private boolean closeOurs() {
    boolean ours = !open.isEmpty() && open.peek();
    if (ours) {
      out.append(')');
    }
    return ours;
  }

  /** In brackets, after a name, and no comparison. */
  private boolean isKeyword(int at) {
    if (open.size() <= openedByDelimiter() || open.peek() || tag.charAt(at + 1) == '=') {
      return false;
    }
    String before = tag.substring(0, at).stripTrailing();
    return !before.isEmpty() && Character.isJavaIdentifierPart(before.charAt(before.length() - 1));
  }

  /** The tag's own delimiters count as brackets: two in an expression, one in a statement. */
  private int openedByDelimiter() {
    return tag.startsWith("{{") ? 2 : 1;
  }

  /** Copies a text in quotes and returns where it ends. */
  private int quoted(int from) {
    char quote = tag.charAt(from);
    int at = from + 1;
    while (at < tag.length() && tag.charAt(at) != quote) {
      at += tag.charAt(at) == '\\' ? 2 : 1;
    }
    int end = Math.min(at, tag.length() - 1);
    out.append(tag, from, end + 1);
    return end;
  }
}
