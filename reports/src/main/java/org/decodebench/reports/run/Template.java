package org.decodebench.reports.run;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A text with gaps to fill, {@code The [MASK*6] sat}: a gap of so many tokens, one without a
 * number.
 *
 * @param prompt everything before the first gap, the begin token included where there is one
 * @param rest from the first gap on, {@link DecodeRequest.Prompt#OPEN} in the gaps
 */
record Template(int[] prompt, int[] rest) {
  private static final Pattern GAP = Pattern.compile("\\[MASK(?:\\*(\\d{1,5}))?]");

  /**
   * @throws UsageException if there is no gap
   */
  static Template parse(String text, Tokenizer tokenizer) {
    Matcher gap = GAP.matcher(text);
    IntStream.Builder rest = IntStream.builder();
    int[] prompt = null;
    int from = 0;
    while (gap.find()) {
      String before = text.substring(from, gap.start());
      if (prompt == null) {
        prompt = tokenizer.encode(before, true);
      } else {
        Arrays.stream(tokenizer.encode(before, false)).forEach(rest);
      }
      int length = gap.group(1) == null ? 1 : Integer.parseInt(gap.group(1));
      IntStream.range(0, length).forEach(i -> rest.add(DecodeRequest.Prompt.OPEN));
      from = gap.end();
    }
    if (prompt == null) {
      throw new UsageException(
          "--template has no gap; write [MASK*6] for six tokens, or use --prompt to continue a text");
    }
    Arrays.stream(tokenizer.encode(text.substring(from), false)).forEach(rest);
    return new Template(prompt, rest.build().toArray());
  }
}
