package org.decodebench.core.checkpoint;

/** Text from a file made fit for a one-line message. */
final class Quoted {
  private static final int LONGEST = 80;

  private Quoted() {}

  /** In single quotes, control characters escaped, cut when long. */
  static String of(String text) {
    return "'" + bare(text) + "'";
  }

  /** The same without quotes. */
  static String bare(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(LONGEST)
        .forEach(c -> {
          if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
            out.append("\\u%04x".formatted(c));
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.append(text.codePointCount(0, text.length()) > LONGEST ? "…" : "").toString();
  }
}
