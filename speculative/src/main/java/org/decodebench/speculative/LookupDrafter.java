package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Drafts what followed the latest earlier occurrence of the text's last tokens (public
 * prompt-lookup decoding, A. Saxena 2023): free, and good where a text repeats itself or its
 * prompt.
 *
 * @param longest tokens to match, tried first
 * @param shortest tokens to match, tried last
 */
record LookupDrafter(int longest, int shortest) implements Drafter {

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    List<Draft> drafts = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      int[] text = seats.get(i).text().slice(0, seats.get(i).text().length());
      drafts.add(Draft.chain(lookUp(text, most[i])));
    }
    return drafts;
  }

  int[] lookUp(int[] text, int most) {
    for (int n = Math.min(longest, text.length - 1); n >= shortest; n--) {
      for (int end = text.length - 1; end >= n; end--) {
        if (Arrays.equals(text, end - n, end, text, text.length - n, text.length)) {
          return Arrays.copyOfRange(text, end, Math.min(text.length, end + most));
        }
      }
    }
    return new int[0];
  }
}
