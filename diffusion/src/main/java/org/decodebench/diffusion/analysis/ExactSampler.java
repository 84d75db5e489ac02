package org.decodebench.diffusion.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.diffusion.decode.DiffusionDecoder;
import org.decodebench.diffusion.decode.StepObserver;

/** The exact distribution of what a diffusion decoder emits, by taking every random branch. */
public final class ExactSampler {

  /** Beyond this many branches enumeration is no longer a matter of seconds. */
  static final long MOST_BRANCHES = 20_000_000;

  private ExactSampler() {}

  /**
   * @param prompt starts the canvas; the begin token included where the model wants one
   * @return the distribution of the tokens after it, cut at the first end token
   * @throws UsageException if there are too many branches
   */
  public static Distribution of(
      DiffusionDecoder decoder, LanguageModel model, int[] prompt, int newTokens) {
    DecodeRequest request = DecodeRequest.of(new MemoModel(model), prompt, newTokens, 0);
    Branches branches = new Branches();
    Map<List<Integer>, Double> table = new HashMap<>();
    long count = 0;
    do {
      int[] tokens =
          decoder
              .decode(request, DecodeListener.NONE, stream -> branches, StepObserver.NONE)
              .sequences()
              .getFirst()
              .tokens();
      List<Integer> text = Arrays.stream(tokens).boxed().toList();
      table.merge(text, branches.probability(), Double::sum);
      if (++count > MOST_BRANCHES) {
        throw new UsageException(
            "decoder %s has more than %d random branches on %d new tokens; enumerate shorter texts"
                .formatted(decoder.spec(), MOST_BRANCHES, newTokens));
      }
    } while (branches.advance());
    return new Distribution(table);
  }
}
