package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.Source;
import org.decodebench.core.tokenizer.Tokenizer;

/** What decoded texts are worth: exactly, under a source; else by their diversity alone. */
final class SampleQuality {
  private final Source source;
  private final Tokenizer tokenizer;
  private final boolean sameTokens;

  /**
   * @param source null for none
   */
  SampleQuality(Source source, Tokenizer tokenizer) {
    this.source = source;
    this.tokenizer = tokenizer;
    sameTokens = source != null && same(source.tokenizer(), tokenizer);
  }

  /** A decoded text with its prompt, in the model's tokens. */
  record Sample(int[] prompt, int[] output) {}

  /** The text in the source's tokens, without begin: {@code tokens[from…]} were decoded. */
  private record InSource(int[] tokens, int from) {}

  Map<String, Double> figures(List<Sample> samples) {
    Map<String, Double> figures = new LinkedHashMap<>();
    if (source != null) {
      underSource(samples, figures);
    }
    diversity(samples, figures);
    return figures;
  }

  /** Each text counts up to its first impossible token: what follows one has no probability. */
  private void underSource(List<Sample> samples, Map<String, Double> figures) {
    double nats = 0;
    long possible = 0;
    int invalid = 0;
    List<double[]> texts = new ArrayList<>();
    for (Sample sample : samples) {
      List<Double> surprisal = surprisal(sample.prompt(), sample.output());
      int before = 0;
      double own = 0;
      while (before < surprisal.size() && Double.isFinite(surprisal.get(before))) {
        own += surprisal.get(before++);
      }
      nats += own;
      texts.add(new double[] {own, before});
      possible += before;
      invalid += before < surprisal.size() ? 1 : 0;
    }
    figures.put("source_nll_per_token", possible == 0 ? Double.NaN : nats / possible);
    figures.put("source_nll_per_token_se", standardError(texts, nats / possible));
    figures.put("valid_share", 1 - (double) invalid / samples.size());
    figures.put("sequence_error_rate", (double) invalid / samples.size());
    figures.put("token_error_rate", (double) invalid / (possible + invalid));
  }

  /**
   * Of a ratio of sums over texts (nats, tokens): tokens of one text hang together, so the texts
   * are the sample.
   */
  private static double standardError(List<double[]> texts, double ratio) {
    double tokens = texts.stream().mapToDouble(t -> t[1]).sum();
    double squares = texts.stream().mapToDouble(t -> Math.pow(t[0] - ratio * t[1], 2)).sum();
    int n = texts.size();
    return n < 2 || tokens == 0 ? Double.NaN : Math.sqrt(squares * n / (n - 1)) / tokens;
  }

  /**
   * −ln p of each decoded token under the source; NaN for an impossible one and all after it. Empty
   * without a source.
   */
  List<Double> surprisal(int[] prompt, int[] output) {
    if (source == null) {
      return List.of();
    }
    Optional<InSource> text = inSource(prompt, output);
    List<Double> surprisal = new ArrayList<>();
    boolean possible = text.isPresent();
    for (int i = 0; i < output.length; i++) {
      double nats = Double.NaN;
      if (possible) {
        InSource t = text.get();
        if (t.from() + i < t.tokens().length) {
          nats = -source.logProbability(t.tokens(), t.from() + i, t.from() + i + 1);
        }
        possible = Double.isFinite(nats);
      }
      surprisal.add(possible ? nats : Double.NaN);
    }
    return surprisal;
  }

  private Optional<InSource> inSource(int[] prompt, int[] output) {
    int begin =
        prompt.length > 0 && tokenizer.begin().equals(java.util.OptionalInt.of(prompt[0])) ? 1 : 0;
    if (sameTokens) {
      int[] tokens = new int[prompt.length - begin + output.length];
      System.arraycopy(prompt, begin, tokens, 0, prompt.length - begin);
      System.arraycopy(output, 0, tokens, prompt.length - begin, output.length);
      return Optional.of(new InSource(tokens, prompt.length - begin));
    }
    return retokenized(prompt, output);
  }

  /** Another tokenizer than the source's: valid only if its text is in the source's vocabulary. */
  private Optional<InSource> retokenized(int[] prompt, int[] output) {
    try {
      Tokenizer words = source.tokenizer();
      int from = words.encode(tokenizer.decode(prompt), false).length;
      int[] tokens = words.encode(tokenizer.decode(joined(prompt, output)), false);
      boolean ended = output.length > 0 && tokenizer.isEnd(output[output.length - 1]);
      if (ended && words.end().isPresent()) {
        tokens = java.util.Arrays.copyOf(tokens, tokens.length + 1);
        tokens[tokens.length - 1] = words.end().getAsInt();
      }
      return Optional.of(new InSource(tokens, from));
    } catch (UsageException e) {
      return Optional.empty(); // a word that the source does not have
    }
  }

  static int[] joined(int[] prompt, int[] output) {
    int[] all = java.util.Arrays.copyOf(prompt, prompt.length + output.length);
    System.arraycopy(output, 0, all, prompt.length, output.length);
    return all;
  }

  private static void diversity(List<Sample> samples, Map<String, Double> figures) {
    Map<Integer, Integer> tokens = new HashMap<>();
    Map<Long, Integer> pairs = new HashMap<>();
    long tokenCount = 0;
    long pairCount = 0;
    for (Sample sample : samples) {
      int[] t = sample.output();
      for (int i = 0; i < t.length; i++) {
        tokens.merge(t[i], 1, Integer::sum);
        tokenCount++;
        if (i > 0) {
          pairs.merge(((long) t[i - 1] << 32) | t[i], 1, Integer::sum);
          pairCount++;
        }
      }
    }
    double entropy = 0;
    for (int count : tokens.values()) {
      double p = (double) count / tokenCount;
      entropy -= p * Math.log(p) / Math.log(2);
    }
    figures.put("distinct_2", pairCount == 0 ? Double.NaN : (double) pairs.size() / pairCount);
    figures.put("token_entropy_bits", tokenCount == 0 ? Double.NaN : entropy);
  }

  static boolean same(Tokenizer a, Tokenizer b) {
    if (a.vocabSize() != b.vocabSize()) {
      return false;
    }
    for (int i = 0; i < a.vocabSize(); i++) {
      if (!a.piece(i).equals(b.piece(i))) {
        return false;
      }
    }
    return true;
  }
}
