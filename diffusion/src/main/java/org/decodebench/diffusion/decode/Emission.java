package org.decodebench.diffusion.decode;

import java.util.Arrays;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.tokenizer.Tokenizer;

/** What a finished canvas emits: everything after the prompt up to its first end token. */
final class Emission {
  private Emission() {}

  static DecodeResult.Sequence of(Canvas canvas, Tokenizer tokenizer) {
    int end = canvas.firstEnd(tokenizer::isEnd);
    int to = end < 0 ? canvas.length() : end + 1;
    return new DecodeResult.Sequence(
        Arrays.copyOfRange(canvas.tokens(), canvas.prompt(), to),
        end < 0 ? DecodeResult.Stop.LENGTH : DecodeResult.Stop.END);
  }
}
