package org.decodebench.reports.page;

/** Text inside markup that no template writes. */
public final class Markup {
  private Markup() {}

  /** For element content and double-quoted attributes. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** The same, with places at which a narrow column may break the name of a setting. */
  public static String breakable(String text) {
    return escape(text).replaceAll("([:,])(?=\\S)", "$1<wbr>");
  }

  /**
   * JSON made safe inside a {@code <script type="application/json">}: nothing in it can end the
   * element or open a comment.
   */
  static String script(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** Text that cannot leave a cell of a Markdown table, nor become markup. */
  static String markdown(String text) {
    return text.replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;")
        .replace("\r", " ")
        .replace("\n", " ");
  }
}
