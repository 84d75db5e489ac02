package org.decodebench.diffusion.noise;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.source.Source;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.decodebench.diffusion.analysis.Distribution;

/**
 * The exact posterior of every clean token given a noisy canvas, by enumeration of a source's short
 * texts. It replaces the network of uniform-noise diffusion. Position 0 holds the begin token,
 * which is never noisy. Texts that end are followed by end tokens.
 */
public final class NoisyOracle implements LanguageModel {
  private static final int CONTEXT_LENGTH = 64;
  private static final int MOST_TEXTS = 200_000;

  private final Source source;
  private final NoiseTokens words;

  public NoisyOracle(Source source) {
    this.source = source;
    this.words =
        NoiseTokens.of(
            source.vocabSize(), source.tokenizer().begin(), OptionalInt.of(WordTokenizer.MASK));
  }

  /** Texts without an end are as long as can be enumerated; the others have their own length. */
  private int contextLength() {
    int symbols = source.vocabSize() - WordTokenizer.SPECIALS;
    int most = (int) (Math.log(MOST_TEXTS) / Math.log(Math.max(2, symbols)));
    return source.hasEnd() ? CONTEXT_LENGTH : Math.min(CONTEXT_LENGTH, 1 + most);
  }

  /**
   * All texts of a length with their probabilities.
   *
   * @param length tokens after the begin token
   */
  private record Texts(int length, int[][] tokens, double[] p) {

    static Texts of(Source source, int length) {
      if (length * Math.log(source.vocabSize() - WordTokenizer.SPECIALS) > Math.log(1e9)) {
        throw tooMany(source, length);
      }
      Distribution all = Distribution.of(source, new int[0], length);
      if (all.p().size() > MOST_TEXTS) {
        throw tooMany(source, length);
      }
      int[][] tokens = new int[all.p().size()][];
      double[] p = new double[tokens.length];
      int i = 0;
      for (var entry : all.p().entrySet()) {
        tokens[i] = padded(entry.getKey(), length, source.tokenizer().end().orElse(0));
        p[i++] = entry.getValue();
      }
      return new Texts(length, tokens, p);
    }

    private static UsageException tooMany(Source source, int length) {
      return new UsageException(
          "oracle-uniform:%s enumerates all texts, and those of %d tokens are too many; ask for fewer new tokens"
              .formatted(source.name(), length));
    }

    private static int[] padded(List<Integer> text, int length, int end) {
      int[] tokens = new int[length];
      Arrays.fill(tokens, end);
      for (int i = 0; i < text.size(); i++) {
        tokens[i] = text.get(i);
      }
      return tokens;
    }
  }

  @Override
  public String name() {
    return "oracle-uniform:" + source.name();
  }

  @Override
  public ModelConfig config() {
    return new ModelConfig(
        "oracle",
        source.vocabSize(),
        0,
        0,
        0,
        0,
        0,
        0,
        contextLength(),
        ModelConfig.Norm.RMS,
        0,
        new ModelConfig.Positions.None(),
        ModelConfig.Mlp.SWIGLU,
        false,
        true,
        0,
        ModelConfig.Paradigm.UNIFORM_DIFFUSION,
        OptionalInt.of(WordTokenizer.MASK),
        0,
        0);
  }

  @Override
  public Tokenizer tokenizer() {
    return source.tokenizer();
  }

  @Override
  public Session open(int capacity, int width) {
    return new NoisySession(Texts.of(source, capacity - 1), width);
  }

  private final class NoisySession implements Session {
    private final Texts texts;
    private final int width;
    private double alpha;

    NoisySession(Texts texts, int width) {
      this.texts = texts;
      this.width = width;
    }

    @Override
    public void noise(double clean) {
      alpha = clean;
    }

    @Override
    public Logits forward(List<Run> runs) {
      int vocab = source.vocabSize();
      int rows = runs.stream().mapToInt(run -> run.rows().length).sum();
      float[] values = new float[rows * vocab];
      Arrays.fill(values, Float.NEGATIVE_INFINITY);
      int row = 0;
      for (Run run : runs) {
        if (run.first() != 0 || run.tokens().length != texts.length() + 1) {
          throw new IllegalArgumentException("a noisy oracle answers for whole canvases");
        }
        double[][] posterior = posterior(run.tokens(), run.rows());
        for (int i : run.rows()) {
          for (int v = 0; v < vocab; v++) {
            values[row * vocab + v] = (float) Math.log(posterior[i - 1][v]);
          }
          row++;
        }
      }
      return new Logits(values, rows, vocab);
    }

    /**
     * @param noisy positions that noise may have changed; the others are as they are in the text
     */
    private double[][] posterior(int[] canvas, int[] noisy) {
      UniformNoise noise = new UniformNoise(words.count());
      boolean[] open = new boolean[canvas.length];
      for (int position : noisy) {
        open[position] = true;
      }
      double[][] out = new double[texts.length()][source.vocabSize()];
      double total = 0;
      for (int t = 0; t < texts.p().length; t++) {
        int[] text = texts.tokens()[t];
        double weight = texts.p()[t];
        for (int i = 0; i < text.length && weight > 0; i++) {
          weight *=
              open[i + 1]
                  ? noise.noised(words.index(canvas[i + 1]), words.index(text[i]), alpha)
                  : canvas[i + 1] == text[i] ? 1 : 0;
        }
        total += weight;
        for (int i = 0; i < text.length; i++) {
          out[i][text[i]] += weight;
        }
      }
      for (double[] row : out) {
        for (int v = 0; v < row.length; v++) {
          // An impossible prompt has no text to go with it.
          row[v] = total > 0 ? row[v] / total : words.index(v) >= 0 ? 1.0 / words.count() : 0;
        }
      }
      return out;
    }

    @Override
    public int capacity() {
      return texts.length() + 1;
    }

    @Override
    public int width() {
      return width;
    }

    @Override
    public int length(int sequence) {
      return 0;
    }

    @Override
    public void commit(int sequence, int committed) {
      throw new UnsupportedOperationException("a noisy canvas has nothing final");
    }

    @Override
    public void truncate(int sequence, int to) {}

    @Override
    public void commitPath(int sequence, int[] nodes) {
      throw new UnsupportedOperationException("a noisy canvas has nothing final");
    }

    @Override
    public void copy(int from, int to, int count) {
      throw new UnsupportedOperationException("a noisy canvas has nothing final");
    }

    @Override
    public void close() {}
  }
}
