package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;

/**
 * The loss of rows that a network denoises (D3PM, 2107.03006): KL(q(x_s | x_t, x_0) ‖ p(x_s | x_t))
 * of a step from time t to s, where p averages the posterior over the predicted clean token.
 *
 * @param words the tokens of the noise
 * @param alphaT share of clean tokens at the later, noisier time, one a row
 * @param alphaS the same at the earlier time
 */
record UniformSteps(NoiseTokens words, double[] alphaT, double[] alphaS) {
  private static final float HIDDEN = -1e9f;

  /** Keeps the logarithm finite where single precision rounds a probability to nothing. */
  private static final float LEAST = 1e-30f;

  /**
   * Σ weight · divergence, a scalar.
   *
   * @param logits of the clean tokens, {@code [rows][vocab]}
   */
  NDArray loss(NDArray logits, NDManager scratch, Batch batch) {
    int rows = batch.rows().length;
    int vocab = (int) logits.getShape().get(1);
    Tables tables = new Tables(rows, vocab);
    for (int row = 0; row < rows; row++) {
      fill(tables, row, batch);
    }
    Shape shape = new Shape(rows, vocab);
    float[] hidden = new float[vocab];
    Arrays.fill(hidden, HIDDEN);
    for (int id : words.ids()) {
      hidden[id] = 0;
    }
    NDArray clean = logits.add(scratch.create(hidden, new Shape(1, vocab))).softmax(1);
    // UniformNoise.reverse for all rows at once.
    NDArray share = clean.mul(scratch.create(tables.inverse, shape));
    NDArray kept = share.mul(column(scratch, alphaS));
    NDArray spread = share.sum(new int[] {1}, true).mul(column(scratch, rest()));
    NDArray reverse = kept.add(spread).mul(scratch.create(tables.step, shape));
    NDArray logs = reverse.maximum(scratch.create(LEAST)).log();
    NDArray cross = logs.mul(scratch.create(tables.exact, shape)).sum();
    return scratch.create((float) tables.negativeEntropy).sub(cross);
  }

  /** What does not depend on the network, {@code [rows][vocab]}; 0 for tokens outside the noise. */
  private static final class Tables {
    private final int vocab;
    private final float[] inverse;
    private final float[] step;
    private final float[] exact;
    private double negativeEntropy;

    Tables(int rows, int vocab) {
      this.vocab = vocab;
      this.inverse = new float[rows * vocab];
      this.step = new float[rows * vocab];
      this.exact = new float[rows * vocab];
    }
  }

  private void fill(Tables tables, int row, Batch batch) {
    UniformNoise noise = new UniformNoise(words.count());
    int width = batch.positions().length;
    int noisy = words.index(batch.tokens()[batch.rows()[row] / width][batch.rows()[row] % width]);
    int clean = words.index(batch.targets()[row]);
    double[] exact = new double[words.count()];
    noise.posterior(noisy, clean, alphaT[row], alphaS[row], exact);
    for (int v = 0; v < exact.length; v++) {
      int at = row * tables.vocab + words.ids()[v];
      double weighed = batch.weights()[row] * exact[v];
      tables.inverse[at] = (float) (1 / noise.noised(noisy, v, alphaT[row]));
      tables.step[at] = (float) noise.noised(noisy, v, alphaT[row] / alphaS[row]);
      tables.exact[at] = (float) weighed;
      tables.negativeEntropy += exact[v] > 0 ? weighed * Math.log(exact[v]) : 0;
    }
  }

  /** Of a token at time s that is not the clean one by itself: its chance to be any one token. */
  private double[] rest() {
    return Arrays.stream(alphaS).map(alpha -> (1 - alpha) / words.count()).toArray();
  }

  private static NDArray column(NDManager scratch, double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return scratch.create(floats, new Shape(values.length, 1));
  }
}
