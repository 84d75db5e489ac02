package org.decodebench.diffusion.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.LogitsProcessor;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.diffusion.policy.Chance;
import org.decodebench.diffusion.policy.Prediction;

/**
 * Draws tokens for chosen positions of one sequence. The mask token is never drawn. Penalties count
 * the tokens that are placed, wherever they stand; masks do not count.
 */
final class Filler {
  private final Sampler sampler;
  private final boolean plainArgmax;
  private final boolean looksBack;
  private final Chance chance;
  private final double[] distribution;
  private final IntPredicate isEnd;
  private final double endWeight;

  /**
   * @param isEnd tokens that end a text
   */
  Filler(SamplerSettings sampler, int vocab, int maskId, Chance chance, IntPredicate isEnd) {
    SamplingSettings settings = sampler.sampling();
    this.isEnd = isEnd;
    this.endWeight = 1 - sampler.endDamping();
    List<LogitsProcessor> chain = new ArrayList<>();
    chain.add((logits, history) -> logits[maskId] = Double.NEGATIVE_INFINITY);
    Sampler plain = settings.sampler(vocab);
    chain.addAll(settings.chain());
    this.plainArgmax = plain.isArgmax();
    this.looksBack =
        settings.repetitionPenalty() != 1
            || settings.frequencyPenalty() != 0
            || settings.presencePenalty() != 0;
    this.sampler = new Sampler(chain, vocab);
    this.chance = chance;
    this.distribution = new double[vocab];
  }

  /** The prediction as policies rank it: end tokens count for less where that is asked for. */
  Prediction damped(Prediction prediction) {
    return endWeight == 1 ? prediction : prediction.dampEnds(isEnd, endWeight);
  }

  Chance chance() {
    return chance;
  }

  /** The token of a position that is committed now. */
  int token(Canvas canvas, Prediction prediction, int position) {
    if (plainArgmax) {
      return prediction.best();
    }
    distribution(canvas, prediction);
    return chance.token(distribution, position, canvas.visits(position));
  }

  /** A token that may be thrown away. */
  int trial(Canvas canvas, Prediction prediction, int position, int step) {
    if (plainArgmax) {
      return prediction.best();
    }
    distribution(canvas, prediction);
    return chance.trial(distribution, position, step);
  }

  private void distribution(Canvas canvas, Prediction prediction) {
    if (prediction.possible()) {
      History history = looksBack ? history(canvas) : History.EMPTY;
      sampler.distribution(prediction.logits(), prediction.offset(), history, distribution);
    } else {
      prediction.probabilities(distribution);
    }
  }

  private static History history(Canvas canvas) {
    int[] tokens = new int[canvas.length()];
    int length = 0;
    int prompt = 0;
    for (int i = 0; i < canvas.length(); i++) {
      if (!canvas.isMasked(i)) {
        tokens[length++] = canvas.token(i);
        prompt += i < canvas.prompt() ? 1 : 0;
      }
    }
    return new History(tokens, length, prompt);
  }
}
