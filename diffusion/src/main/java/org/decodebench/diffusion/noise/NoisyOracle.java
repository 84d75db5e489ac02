package org.decodebench.diffusion.noise;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
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
  private final Source source;
  private final int length;
  private final NoiseTokens words;
  private final int[][] texts;
  private final double[] p;

  /**
   * @param length tokens of a text after the begin token
   */
  public NoisyOracle(Source source, int length) {
    this.source = source;
    this.length = length;
    this.words =
        NoiseTokens.of(
            source.vocabSize(), source.tokenizer().begin(), OptionalInt.of(WordTokenizer.MASK));
    Distribution texts = Distribution.of(source, new int[0], length);
    this.texts = new int[texts.p().size()][];
    this.p = new double[texts.p().size()];
    int i = 0;
    for (var entry : texts.p().entrySet()) {
      this.texts[i] = padded(entry.getKey());
      p[i++] = entry.getValue();
    }
  }

  private int[] padded(List<Integer> text) {
    int[] tokens = new int[length];
    Arrays.fill(tokens, source.tokenizer().end().orElse(0));
    for (int i = 0; i < text.size(); i++) {
      tokens[i] = text.get(i);
    }
    return tokens;
  }

  @Override
  public String name() {
    return "noisy-oracle:" + source.name();
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
        length + 1,
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
    return new NoisySession(width);
  }

  private final class NoisySession implements Session {
    private final int width;
    private double alpha;

    NoisySession(int width) {
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
        if (run.first() != 0 || run.tokens().length != length + 1) {
          throw new IllegalArgumentException("a noisy oracle answers for whole canvases");
        }
        double[][] posterior = posterior(run.tokens());
        for (int i : run.rows()) {
          for (int v = 0; v < vocab; v++) {
            values[row * vocab + v] = (float) Math.log(posterior[i - 1][v]);
          }
          row++;
        }
      }
      return new Logits(values, rows, vocab);
    }

    private double[][] posterior(int[] canvas) {
      UniformNoise noise = new UniformNoise(words.count());
      double[][] out = new double[length][source.vocabSize()];
      double total = 0;
      for (int t = 0; t < texts.length; t++) {
        double weight = p[t];
        for (int i = 0; i < length && weight > 0; i++) {
          weight *= noise.noised(words.index(canvas[i + 1]), words.index(texts[t][i]), alpha);
        }
        total += weight;
        for (int i = 0; i < length; i++) {
          out[i][texts[t][i]] += weight;
        }
      }
      for (double[] row : out) {
        for (int v = 0; v < row.length; v++) {
          row[v] /= total;
        }
      }
      return out;
    }

    @Override
    public int capacity() {
      return length + 1;
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
