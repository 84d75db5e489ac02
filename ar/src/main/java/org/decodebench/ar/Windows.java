package org.decodebench.ar;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;

/**
 * How a text that is longer than a model's context is read: overlapping windows, each of which
 * answers for the tokens that none before it has, with the tokens before them as context.
 */
public final class Windows {
  private Windows() {}

  /**
   * A window over a text; indices are the text's, without any begin token.
   *
   * @param start first token of the window
   * @param from first token that it answers for
   * @param end exclusive
   */
  public record Window(int start, int from, int end) {}

  /**
   * @param count tokens of the text, without begin token
   * @param begin whether a begin token stands before every window; without one the text's first
   *     token has no context and no window answers for it
   * @param length positions of a window, begin token included
   * @param stride tokens that a window after the first answers for: fewer means more context for
   *     each, and more work
   * @throws UsageException for a stride that a window has no room for
   */
  public static List<Window> over(int count, boolean begin, int length, int stride) {
    int body = begin ? length - 1 : length;
    if (stride < 1 || stride > length - 1) {
      throw new UsageException(
          "windows of %d positions with a stride of %d: the stride must be from 1 to %d"
              .formatted(length, stride, length - 1));
    }
    List<Window> windows = new ArrayList<>();
    int from = begin ? 0 : 1;
    int end = Math.min(count, body);
    while (from < count) {
      windows.add(new Window(Math.max(0, end - body), from, end));
      from = end;
      end = Math.min(count, end + stride);
    }
    return windows;
  }
}
