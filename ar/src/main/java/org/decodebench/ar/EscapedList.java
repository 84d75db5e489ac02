package org.decodebench.ar;

import java.util.ArrayList;
import java.util.List;

/**
 * Strings joined by ';' inside a setting, which itself ends at a comma. A backslash escapes: {@code
 * \;} {@code \\} themselves, {@code \c} a comma, {@code \n} a line end, {@code \t} a tab, {@code
 * \s} a space at an end that would be stripped.
 */
final class EscapedList {
  private EscapedList() {}

  /** Empty strings are left out. */
  static List<String> parse(String text) {
    List<String> strings = new ArrayList<>();
    StringBuilder string = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ';') {
        add(strings, string);
      } else if (c == '\\' && i + 1 < text.length()) {
        string.append(escaped(text.charAt(++i)));
      } else {
        string.append(c);
      }
    }
    add(strings, string);
    return strings;
  }

  private static void add(List<String> strings, StringBuilder string) {
    if (!string.isEmpty()) {
      strings.add(string.toString());
      string.setLength(0);
    }
  }

  private static char escaped(char c) {
    return switch (c) {
      case 'c' -> ',';
      case 'n' -> '\n';
      case 't' -> '\t';
      case 's' -> ' ';
      default -> c;
    };
  }
}
