package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeRequest.Prompt;

/** Prompts for toy models. */
final class Prompts {
  private Prompts() {}

  /** Of 1 to 9 tokens, beginning with the begin token. */
  static List<Prompt> ragged(int count, int vocab) {
    Random random = new Random(11);
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] tokens = random.ints(1 + random.nextInt(9), 2, vocab).toArray();
      tokens[0] = 0;
      prompts.add(new Prompt(100 + i, tokens));
    }
    return prompts;
  }

  /** The same prompt many times, each with a stream of its own. */
  static List<Prompt> same(int count, int... tokens) {
    return IntStream.range(0, count).mapToObj(i -> new Prompt(i, tokens)).toList();
  }
}
