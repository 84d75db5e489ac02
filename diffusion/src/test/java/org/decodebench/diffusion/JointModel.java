package org.decodebench.diffusion;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A model that answers from a table of the joint probability of all sequences of a fixed length,
 * under any attention and either logit shift. Its session keeps the contract to the letter: a row
 * that would see a position that is neither committed nor in the run is an error.
 *
 * @param length positions of a sequence
 * @param vocab tokens that sequences are made of; id {@code vocab} is the mask token
 * @param joint {@code [vocab^length]}, first position most significant
 * @param endToken id that ends a text, or -1
 * @param scramble seed of inconsistent conditionals, or 0 for those of the table
 */
public record JointModel(
    int length,
    int vocab,
    double[] joint,
    int logitShift,
    Paradigm paradigm,
    int endToken,
    long scramble)
    implements LanguageModel {

  public static JointModel random(int length, int vocab, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] joint = new double[power(vocab, length)];
    double sum = 0;
    for (int i = 0; i < joint.length; i++) {
      joint[i] = -Math.log(random.nextDouble());
      joint[i] *= joint[i];
      sum += joint[i];
    }
    for (int i = 0; i < joint.length; i++) {
      joint[i] /= sum;
    }
    return of(length, vocab, joint);
  }

  public static JointModel of(int length, int vocab, double[] joint) {
    return new JointModel(length, vocab, joint, 0, Paradigm.ANY, -1, 0);
  }

  public JointModel shifted() {
    return new JointModel(length, vocab, joint, 1, paradigm, endToken, scramble);
  }

  public JointModel with(Paradigm other) {
    return new JointModel(length, vocab, joint, logitShift, other, endToken, scramble);
  }

  public JointModel endingWith(int token) {
    return new JointModel(length, vocab, joint, logitShift, paradigm, token, scramble);
  }

  /**
   * A model like a trained network: its conditionals are some function of what it sees and do not
   * belong to any joint distribution.
   */
  public JointModel scrambled(long seed) {
    return new JointModel(length, vocab, joint, logitShift, paradigm, endToken, seed);
  }

  public int mask() {
    return vocab;
  }

  /** Tokens of the sequence with this index in the table. */
  public int[] sequence(int index) {
    int[] tokens = new int[length];
    for (int i = length - 1; i >= 0; i--) {
      tokens[i] = index % vocab;
      index /= vocab;
    }
    return tokens;
  }

  /** Distribution of one position given the tokens that are not masked. */
  public double[] conditional(int[] canvas, int position) {
    double[] p = new double[vocab];
    if (scramble != 0) {
      SplittableRandom random =
          new SplittableRandom(scramble + 31 * Arrays.hashCode(canvas) + position);
      Arrays.setAll(p, v -> 0.02 + random.nextDouble());
      double total = Arrays.stream(p).sum();
      return Arrays.stream(p).map(x -> x / total).toArray();
    }
    for (int s = 0; s < joint.length; s++) {
      int[] tokens = sequence(s);
      boolean fits = true;
      for (int i = 0; i < length; i++) {
        fits &= canvas[i] == mask() || canvas[i] == tokens[i];
      }
      if (fits) {
        p[tokens[position]] += joint[s];
      }
    }
    double sum = Arrays.stream(p).sum();
    return sum == 0 ? p : Arrays.stream(p).map(x -> x / sum).toArray();
  }

  @Override
  public String name() {
    return "joint";
  }

  @Override
  public ModelConfig config() {
    return new ModelConfig(
        "joint",
        vocab + 1,
        0,
        0,
        0,
        0,
        0,
        0,
        length,
        ModelConfig.Norm.RMS,
        0,
        new ModelConfig.Positions.None(),
        ModelConfig.Mlp.SWIGLU,
        false,
        false,
        0,
        paradigm,
        OptionalInt.of(mask()),
        logitShift,
        0);
  }

  @Override
  public Tokenizer tokenizer() {
    return new Tokenizer() {
      @Override
      public int vocabSize() {
        return vocab + 1;
      }

      @Override
      public int[] encode(String text, boolean special) {
        return text.chars().map(c -> c - 'a').toArray();
      }

      @Override
      public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        Arrays.stream(ids).forEach(id -> text.append((char) ('a' + id)));
        return text.toString();
      }

      @Override
      public String piece(int id) {
        return decode(new int[] {id});
      }

      @Override
      public OptionalInt begin() {
        return OptionalInt.empty();
      }

      @Override
      public boolean isEnd(int id) {
        return id == endToken;
      }

      @Override
      public OptionalInt end() {
        return endToken < 0 ? OptionalInt.empty() : OptionalInt.of(endToken);
      }
    };
  }

  @Override
  public Session open(int capacity, int width) {
    return new TableSession(this, capacity, width);
  }

  public static int power(int base, int exponent) {
    int p = 1;
    for (int i = 0; i < exponent; i++) {
      p *= base;
    }
    return p;
  }

  private static final class TableSession implements Session {
    private final JointModel model;
    private final int capacity;
    private final int[][] written;
    private final int[] lengths;

    TableSession(JointModel model, int capacity, int width) {
      this.model = model;
      this.capacity = capacity;
      this.written = new int[width][capacity];
      this.lengths = new int[width];
      for (int[] sequence : written) {
        Arrays.fill(sequence, -1);
      }
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public int width() {
      return lengths.length;
    }

    @Override
    public int length(int sequence) {
      return lengths[sequence];
    }

    @Override
    public Logits forward(List<Run> runs) {
      int vocab = model.vocab + 1;
      int rows = runs.stream().mapToInt(run -> run.rows().length).sum();
      float[] values = new float[rows * vocab];
      int row = 0;
      for (Run run : runs) {
        int[] keys = written[run.sequence()];
        if (run.first() < lengths[run.sequence()] || run.end() > capacity) {
          throw new IllegalArgumentException("run " + run.first() + "…" + run.end());
        }
        System.arraycopy(run.tokens(), 0, keys, run.first(), run.tokens().length);
      }
      for (Run run : runs) {
        int[] keys = written[run.sequence()];
        for (int i : run.rows()) {
          double[] p = answer(run, i, keys);
          for (int v = 0; v < model.vocab; v++) {
            values[row * vocab + v] = (float) Math.log(p[v]);
          }
          // The mask token looks attractive: a decoder must leave it out by itself.
          values[row * vocab + model.vocab] = 3;
          row++;
        }
      }
      return new Logits(values, rows, vocab);
    }

    private double[] answer(Run run, int row, int[] keys) {
      int position = run.first() + row;
      int visible = run.attention().visible(position);
      if (run.attention() instanceof Attention.Tree) {
        throw new IllegalArgumentException("no trees");
      }
      boolean keeps = run.attention() instanceof Attention.Bidirectional;
      for (int key = lengths[run.sequence()]; key < visible; key++) {
        boolean inRun = key >= run.first() && key < run.end();
        if (!inRun && !(keeps && keys[key] >= 0)) {
          throw new IllegalArgumentException("row at " + position + " sees unwritten " + key);
        }
      }
      int[] canvas = new int[model.length];
      Arrays.fill(canvas, model.mask());
      System.arraycopy(keys, 0, canvas, 0, visible);
      return model.conditional(canvas, position + model.logitShift);
    }

    @Override
    public void commit(int sequence, int length) {
      if (length < lengths[sequence]) {
        throw new IllegalArgumentException("lengths only grow");
      }
      for (int i = 0; i < length; i++) {
        if (written[sequence][i] == model.mask()) {
          throw new IllegalArgumentException("committed a mask at " + i);
        }
      }
      lengths[sequence] = length;
    }

    @Override
    public void truncate(int sequence, int length) {
      lengths[sequence] = Math.min(length, lengths[sequence]);
    }

    @Override
    public void commitPath(int sequence, int[] nodes) {
      throw new UnsupportedOperationException("no diffusion decoder drafts a tree");
    }

    @Override
    public void copy(int from, int to, int length) {
      System.arraycopy(written[from], 0, written[to], 0, length);
      lengths[to] = length;
    }

    @Override
    public void close() {}
  }
}
