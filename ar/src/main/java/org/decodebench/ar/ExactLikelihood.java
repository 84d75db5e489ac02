package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;

/**
 * Exact likelihood of texts under an autoregressive model: −Σ log p(x_i | x_&lt;i), no sampling
 * involved.
 */
public final class ExactLikelihood {
  /** Positions that are evaluated together; bounds the array of logits. */
  private static final int MOST_LOGITS = 1 << 22;

  private static final int MOST_POSITIONS = 512;

  private ExactLikelihood() {}

  /**
   * Cuts a text that is longer than the context into {@link Windows}.
   *
   * @param tokens ids without begin token
   * @param begin stands before every window if present
   * @param length positions of a window, begin token included
   * @param stride tokens that a window after the first scores
   */
  public static List<ScoredText> windows(int[] tokens, OptionalInt begin, int length, int stride) {
    int head = begin.isPresent() ? 1 : 0;
    List<ScoredText> texts = new ArrayList<>();
    for (Windows.Window window : Windows.over(tokens.length, head == 1, length, stride)) {
      int[] text = new int[head + window.end() - window.start()];
      begin.ifPresent(id -> text[0] = id);
      System.arraycopy(tokens, window.start(), text, head, text.length - head);
      texts.add(
          new ScoredText(
              text, window.from() - window.start() + head, window.end() - window.from()));
    }
    return texts;
  }

  /**
   * Scores the text tokens of each; a canvas's fill after its first end token is left out.
   *
   * @param done hears after each batch how many texts are scored
   * @return one score a text, in order
   * @throws UsageException if the model is not autoregressive, or a text is longer than its context
   */
  public static List<Score> score(LanguageModel model, List<ScoredText> texts, IntConsumer done) {
    CausalRequests.checkModel("exact likelihood", model);
    int longest = texts.stream().mapToInt(t -> end(t) - 1).max().orElse(0);
    if (texts.stream().anyMatch(t -> t.given() == 0)) {
      throw new UsageException(
          "a text's first token has nothing before it that model '%s' could predict it from: give"
                  .formatted(model.name())
              + " at least one token, usually the begin token");
    }
    if (longest > model.config().contextLength()) {
      throw new UsageException(
          "a text of %d tokens is longer than the context of model '%s', %d: score it in windows"
              .formatted(longest + 1, model.name(), model.config().contextLength()));
    }
    int positions = Math.clamp(MOST_LOGITS / model.config().vocabSize(), 1, MOST_POSITIONS);
    int width = Math.clamp(positions / Math.max(1, longest), 1, Math.max(1, texts.size()));
    List<Score> scores = new ArrayList<>(texts.size());
    try (Session session = model.open(Math.max(1, longest), width)) {
      for (int i = 0; i < texts.size(); i += width) {
        List<ScoredText> group = texts.subList(i, Math.min(texts.size(), i + width));
        scores.addAll(scoreTogether(session, group, positions / group.size()));
        done.accept(scores.size());
      }
    }
    return scores;
  }

  private static List<Score> scoreTogether(Session session, List<ScoredText> group, int chunk) {
    Score[] scores = new Score[group.size()];
    for (int s = 0; s < scores.length; s++) {
      session.truncate(s, 0);
      scores[s] = new Score(0, 0, 0);
    }
    for (List<Run> runs = runs(session, group, chunk);
        !runs.isEmpty();
        runs = runs(session, group, chunk)) {
      Logits logits = session.forward(runs);
      int row = 0;
      for (Run run : runs) {
        int s = run.sequence();
        session.commit(s, run.end());
        for (int r : run.rows()) {
          scores[s] =
              scores[s].plus(one(logits, row++, group.get(s).tokens()[run.first() + r + 1]));
        }
      }
    }
    return List.of(scores);
  }

  private static List<Run> runs(Session session, List<ScoredText> group, int chunk) {
    List<Run> runs = new ArrayList<>();
    for (int s = 0; s < group.size(); s++) {
      ScoredText text = group.get(s);
      int from = session.length(s);
      int to = Math.min(end(text) - 1, from + chunk);
      if (from < to) {
        int skip = Math.clamp(text.given() - 1 - from, 0, to - from);
        int[] rows = new int[to - from - skip];
        for (int r = 0; r < rows.length; r++) {
          rows[r] = skip + r;
        }
        int[] tokens = Arrays.copyOfRange(text.tokens(), from, to);
        runs.add(new Run(s, tokens, from, Attention.CAUSAL, rows));
      }
    }
    return runs;
  }

  private static int end(ScoredText text) {
    return text.given() + text.textTokens();
  }

  private static Score one(Logits logits, int row, int token) {
    int offset = logits.offset(row);
    double logp = Distributions.logProbability(logits.values(), offset, logits.vocab(), token);
    boolean top = Distributions.argmax(logits.values(), offset, logits.vocab()) == token;
    return new Score(-logp, 1, top ? 1 : 0);
  }

  /**
   * Of one text.
   *
   * @param nll nats
   * @param tokens scored
   * @param correct tokens that the model held for the most probable one
   */
  public record Score(double nll, int tokens, int correct) {
    Score plus(Score other) {
      return new Score(nll + other.nll, tokens + other.tokens, correct + other.correct);
    }
  }

  /**
   * Of many texts.
   *
   * @param texts how many
   * @param tokens scored over all texts
   * @param nll nats over all texts
   * @param standardError of {@link #nllPerToken} over the texts as units (a ratio of two means);
   *     NaN for fewer than two
   * @param correct tokens that the model held for the most probable one
   */
  public record Summary(int texts, long tokens, double nll, double standardError, long correct) {

    public static Summary of(List<Score> scores) {
      double nll = 0;
      long tokens = 0;
      long correct = 0;
      for (Score score : scores) {
        nll += score.nll;
        tokens += score.tokens;
        correct += score.correct;
      }
      int n = scores.size();
      double squares = 0;
      for (Score score : scores) {
        double residual = score.nll - nll / tokens * score.tokens;
        squares += residual * residual;
      }
      double error = n < 2 ? Double.NaN : Math.sqrt(squares * n / (n - 1)) / tokens;
      return new Summary(n, tokens, nll, error, correct);
    }

    public double nllPerToken() {
      return nll / tokens;
    }

    public double perplexity() {
      return Math.exp(nllPerToken());
    }

    /** Standard error of {@link #perplexity}, to first order. */
    public double perplexityError() {
      return perplexity() * standardError;
    }

    /**
     * @param bytes UTF-8 bytes of what was scored
     */
    public double bitsPerByte(long bytes) {
      return nll / Math.log(2) / bytes;
    }

    /** Share of tokens that the model held for the most probable one. */
    public double topOneAccuracy() {
      return (double) correct / tokens;
    }
  }
}
