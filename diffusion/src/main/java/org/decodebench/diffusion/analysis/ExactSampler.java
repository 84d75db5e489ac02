package org.decodebench.diffusion.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
   * @return probability of every text that can come out (tokens after the prompt, cut at the first
   *     end token); sums to one
   * @throws UsageException if there are too many branches
   */
  public static Map<List<Integer>, Double> distribution(
      DiffusionDecoder decoder, LanguageModel model, int[] prompt, int newTokens) {
    DecodeRequest request = DecodeRequest.of(model, prompt, newTokens, 0);
    Branches branches = new Branches();
    Map<List<Integer>, Double> distribution =
        new TreeMap<>(
            (a, b) -> Arrays.compare(a.toArray(Integer[]::new), b.toArray(Integer[]::new)));
    long count = 0;
    do {
      int[] tokens =
          decoder
              .decode(request, DecodeListener.NONE, stream -> branches, StepObserver.NONE)
              .sequences()
              .getFirst()
              .tokens();
      List<Integer> text = Arrays.stream(tokens).boxed().toList();
      distribution.merge(text, branches.probability(), Double::sum);
      if (++count > MOST_BRANCHES) {
        throw new UsageException(
            "decoder %s has more than %d random branches on %d new tokens; enumerate shorter texts"
                .formatted(decoder.spec(), MOST_BRANCHES, newTokens));
      }
    } while (branches.advance());
    return distribution;
  }
}
