package org.decodebench.core.model;

import java.util.List;
import org.decodebench.core.kernel.Kernels;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.kernel.Matrix;
import org.decodebench.core.kernel.ThreadPool;
import org.decodebench.core.kernel.Workspace;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Medusa heads (2401.10774): head k reads the hidden state h that a target predicts a token from
 * and answers for the token k + 1 further on, with the target's own output projection: {@code
 * W_head (h + silu(W_k h))}. No attention, no cache.
 *
 * <p>A run brings one hidden state as {@link Run#inputs}; its {@code rows} are the heads that are
 * asked. The configuration's layers are the heads.
 */
public final class MedusaModel implements LanguageModel {
  /** Multiply-adds below which a hand-off to other threads costs more than it saves. */
  private static final long LEAST_SHARED = 1 << 18;

  private final String name;
  private final ModelConfig config;
  private final Tokenizer tokenizer;
  private final Kernels kernels;
  private final ThreadPool pool;
  private final Matrix[] heads;
  private final Matrix output;

  /**
   * Loads the weights; the source may be closed afterwards.
   *
   * @throws org.decodebench.core.UsageException if a tensor is missing or has another shape than
   *     the configuration says
   */
  public MedusaModel(
      String name, WeightSource source, Tokenizer tokenizer, RuntimeOptions options) {
    this.name = name;
    this.config = source.config();
    this.tokenizer = tokenizer;
    this.kernels = KernelsProvider.choose(options.backend());
    this.pool = ThreadPool.of(options.threads());
    config.check(name, tokenizer.vocabSize());
    int hidden = config.hiddenSize();
    heads = new Matrix[config.layers()];
    for (int i = 0; i < heads.length; i++) {
      heads[i] = kernels.matrix(source.get(weight(i), hidden, hidden));
    }
    output = kernels.matrix(source.get("lm_head.weight", config.vocabSize(), hidden));
  }

  /** Whether a checkpoint holds such heads. */
  public static boolean isOne(WeightSource source) {
    return source.names().contains(weight(0));
  }

  private static String weight(int head) {
    return "model.layers." + head + ".medusa.weight";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public int inputSize() {
    return config.hiddenSize();
  }

  @Override
  public ForwardCost cost() {
    return new ForwardCost() {
      @Override
      public long bytes(List<Run> runs) {
        int most = runs.stream().mapToInt(run -> run.rows().length).max().orElse(0);
        return most * heads[0].bytes() + output.bytes();
      }

      @Override
      public long flops(List<Run> runs) {
        long rows = runs.stream().mapToLong(run -> run.rows().length).sum();
        return 2 * rows * config.hiddenSize() * (config.hiddenSize() + config.vocabSize());
      }
    };
  }

  @Override
  public Session open(int capacity, int width) {
    config.checkSession(capacity, width);
    return new HeadsSession(capacity, width);
  }

  private final class HeadsSession implements Session {
    private final int capacity;
    private final int width;
    private final Workspace[] workspaces = new Workspace[pool.threads()];
    private float[] states = {};
    private float[] logits = {};
    private int rows;

    HeadsSession(int capacity, int width) {
      this.capacity = capacity;
      this.width = width;
      for (int i = 0; i < workspaces.length; i++) {
        workspaces[i] = new Workspace();
      }
    }

    @Override
    public int capacity() {
      return capacity;
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
    public Logits forward(List<Run> runs) {
      Run.checkInputs(runs, MedusaModel.this);
      rows = runs.stream().mapToInt(run -> run.rows().length).sum();
      int hidden = config.hiddenSize();
      if (states.length < rows * hidden) {
        states = new float[rows * hidden];
        logits = new float[rows * config.vocabSize()];
      }
      int row = 0;
      for (Run run : runs) {
        for (int head : run.rows()) {
          state(heads[head], run.inputs(), row++ * hidden);
        }
      }
      if ((long) rows * hidden * config.vocabSize() < LEAST_SHARED) {
        project(0, 1);
      } else {
        pool.run(this::project);
      }
      return new Logits(logits, rows, config.vocabSize());
    }

    /** h + silu(W h). */
    private void state(Matrix head, float[] h, int to) {
      int hidden = config.hiddenSize();
      kernels.multiply(head, 0, head.panels(), h, 0, hidden, 1, states, to, hidden, workspaces[0]);
      for (int i = 0; i < hidden; i++) {
        float x = states[to + i];
        states[to + i] = h[i] + (float) (x / (1 + Math.exp(-x)));
      }
    }

    private void project(int part, int parts) {
      kernels.multiply(
          output,
          ThreadPool.split(output.panels(), part, parts),
          ThreadPool.split(output.panels(), part + 1, parts),
          states,
          0,
          config.hiddenSize(),
          rows,
          logits,
          0,
          config.vocabSize(),
          workspaces[part]);
    }

    @Override
    public void commit(int sequence, int length) {}

    @Override
    public void truncate(int sequence, int length) {}

    @Override
    public void commitPath(int sequence, int[] nodes) {}

    @Override
    public void copy(int from, int to, int length) {}

    @Override
    public void close() {}
  }
}
