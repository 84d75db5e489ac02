package org.decodebench.diffusion.likelihood;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * Exact figures over all orders of unmasking one position at a time, by dynamic programming over
 * the sets of masked positions: one evaluation a set, 2^n for n positions, so short texts only.
 */
abstract class AllOrders implements LikelihoodMethod {
  static final int MOST = 16;
  private static final int WIDTH = 64;

  /**
   * {@code random-order}: the exact likelihood of the random-order sampler, the mean over orders of
   * the probability. g(M) = 1/|M| Σ p(x_i | rest) g(M∖i).
   */
  public static final class RandomOrder extends AllOrders {
    @Override
    public String name() {
      return "random-order";
    }

    @Override
    public String summary() {
      return "exact likelihood of the random-order sampler, up to %d tokens".formatted(MOST);
    }

    @Override
    double mean(double[] values) {
      double max = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        max = Math.max(max, value);
      }
      if (max == Double.NEGATIVE_INFINITY) {
        return max;
      }
      double sum = 0;
      for (double value : values) {
        sum += Math.exp(value - max);
      }
      return max + Math.log(sum / values.length);
    }

    @Override
    boolean bound() {
      return false;
    }
  }

  /** {@code nelbo-exact}: the diffusion bound itself, the mean over orders of the logarithm. */
  public static final class OrderMean extends AllOrders {
    @Override
    public String name() {
      return "nelbo-exact";
    }

    @Override
    public String summary() {
      return "the diffusion bound without sampling, up to %d tokens".formatted(MOST);
    }

    @Override
    double mean(double[] values) {
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      return sum / values.length;
    }

    @Override
    boolean bound() {
      return true;
    }
  }

  /** Mean over the first positions, of log-values. */
  abstract double mean(double[] values);

  abstract boolean bound();

  @Override
  public boolean isDefaultFor(LanguageModel model) {
    return false;
  }

  @Override
  public Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options) {
    Paradigm paradigm = model.config().paradigm();
    if (paradigm != Paradigm.MASKED_DIFFUSION && paradigm != Paradigm.ANY) {
      throw new UsageException(
          "method %s needs a masked-diffusion model, which '%s' is not; use method exact or nelbo"
              .formatted(name(), model.name()));
    }
    double nats = 0;
    long tokens = 0;
    boolean fill = false;
    for (int i = 0; i < texts.size(); i++) {
      ScoredText text = texts.get(i);
      int n = text.tokens().length - text.given();
      if (n > MOST) {
        throw new UsageException(
            "method %s: a text has %d tokens to score and 2^%d sets of masked ones; at most %d"
                .formatted(name(), n, n, MOST));
      }
      nats -= logValue(model, text, n);
      tokens += text.textTokens();
      fill |= text.given() + text.textTokens() < text.tokens().length;
      options.progress().accept(i + 1L);
    }
    return new Likelihood(name(), bound() || fill, nats, 0, tokens, 0);
  }

  /** Sets of masked positions as bits, position {@code given} the lowest; subsets come first. */
  private double logValue(LanguageModel model, ScoredText text, int n) {
    double[] values = new double[1 << n];
    try (Session session = model.open(text.tokens().length, WIDTH)) {
      for (int from = 1; from < values.length; from += WIDTH) {
        int to = Math.min(from + WIDTH, values.length);
        Noised noised = new Noised(model.config());
        Logits logits = session.forward(runs(noised, text, from, to));
        int row = 0;
        for (int set = from; set < to; set++) {
          int[] masked = masked(set, text.given());
          double[] firsts = new double[masked.length];
          for (int i = 0; i < masked.length; i++) {
            double log = noised.logProbability(logits, row++, text.tokens()[masked[i]]);
            firsts[i] = log + values[set & ~(1 << (masked[i] - text.given()))];
          }
          values[set] = mean(firsts);
        }
      }
    }
    return values[values.length - 1];
  }

  private static List<Run> runs(Noised noised, ScoredText text, int from, int to) {
    int[] tokens = text.tokens();
    Attention attention = new Attention.Bidirectional(tokens.length);
    List<Run> runs = new ArrayList<>();
    for (int set = from; set < to; set++) {
      int[] masked = masked(set, text.given());
      runs.add(noised.run(set - from, tokens, masked, 0, tokens.length, attention));
    }
    return runs;
  }

  private static int[] masked(int set, int given) {
    int[] positions = new int[Integer.bitCount(set)];
    int n = 0;
    for (int bit = 0; set >> bit != 0; bit++) {
      if ((set >> bit & 1) == 1) {
        positions[n++] = given + bit;
      }
    }
    return positions;
  }
}
