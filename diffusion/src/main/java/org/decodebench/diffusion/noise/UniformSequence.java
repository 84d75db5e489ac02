package org.decodebench.diffusion.noise;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.diffusion.policy.Chance;

/** The canvas of one sequence of uniform-noise diffusion, and its two ways of stepping. */
final class UniformSequence {

  /** How a step goes on. */
  enum Rule {
    /** Every token is drawn from the posterior, averaged over the prediction (D3PM). */
    ANCESTRAL,
    /**
     * Tokens are drawn everywhere; those of least entropy are kept while the entropies before the
     * largest sum to a bound, the rest is random again. Ends when the likeliest text has stood for
     * a step and the mean entropy is small.
     */
    RENOISE
  }

  /** Mean entropy, in nats, below which a canvas that stands still is finished. */
  private static final double SETTLED = 0.005;

  private final int[] canvas;
  private final int[] open;
  private final NoiseTokens words;
  private final UniformNoise noise;
  private final Sampler sampler;
  private final Chance chance;
  private int[] likeliest = new int[0];
  private boolean settled;
  private boolean told;

  UniformSequence(int[] prompt, int newTokens, NoiseTokens words, Sampler sampler, Chance chance) {
    this.canvas = Arrays.copyOf(prompt, prompt.length + newTokens);
    this.open = IntStream.range(prompt.length, canvas.length).toArray();
    this.words = words;
    this.noise = new UniformNoise(words.count());
    this.sampler = sampler;
    this.chance = chance;
    for (int position : open) {
      canvas[position] = random(position, 0);
    }
  }

  int[] canvas() {
    return canvas;
  }

  /** Positions after the prompt. */
  int[] open() {
    return open;
  }

  boolean settled() {
    return settled;
  }

  /** Whether the text is finished and has not been told yet. */
  boolean tellNow(boolean lastStep) {
    boolean now = !told && (settled || lastStep);
    told |= now;
    return now;
  }

  private int random(int position, int step) {
    double[] uniform = new double[words.count()];
    Arrays.fill(uniform, 1.0 / uniform.length);
    return words.ids()[chance.token(uniform, position, step)];
  }

  /** The predicted distribution of a clean token, over the tokens of the noise. */
  private double[] clean(float[] logits, int offset, int vocab) {
    float[] row = new float[vocab];
    Arrays.fill(row, Float.NEGATIVE_INFINITY);
    for (int id : words.ids()) {
      row[id] = logits[offset + id];
    }
    double[] all = new double[vocab];
    sampler.distribution(row, 0, History.EMPTY, all);
    return Arrays.stream(words.ids()).mapToDouble(id -> all[id]).toArray();
  }

  /**
   * One ancestral step from time t to s.
   *
   * @param offsets of the open positions' rows in {@code logits}
   */
  void ancestral(float[] logits, int[] offsets, int vocab, int step, double alphaT, double alphaS) {
    double[] reverse = new double[words.count()];
    int[] next = new int[open.length];
    for (int i = 0; i < open.length; i++) {
      double[] clean = clean(logits, offsets[i], vocab);
      noise.reverse(words.index(canvas[open[i]]), clean, alphaT, alphaS, reverse);
      next[i] = words.ids()[chance.trial(reverse, open[i], step)];
    }
    place(next);
  }

  /** One step of keeping what is sure; the last one keeps everything. */
  void renoise(float[] logits, int[] offsets, int vocab, int step, double bound, boolean last) {
    int[] drawn = new int[open.length];
    int[] best = new int[open.length];
    double[] entropy = new double[open.length];
    for (int i = 0; i < open.length; i++) {
      double[] clean = clean(logits, offsets[i], vocab);
      drawn[i] = words.ids()[chance.trial(clean, open[i], step)];
      best[i] = words.ids()[Distributions.argmax(clean)];
      entropy[i] = Distributions.entropy(clean);
    }
    boolean stands = Arrays.equals(best, likeliest);
    settled = stands && Arrays.stream(entropy).average().orElse(0) < SETTLED;
    likeliest = best;
    if (!settled && !last) {
      double[] sorted = entropy.clone();
      Arrays.sort(sorted);
      double before = 0;
      int kept = 0;
      while (kept < sorted.length && before <= bound) {
        before += sorted[kept++];
      }
      for (int i = 0; i < open.length; i++) {
        drawn[i] = entropy[i] <= sorted[kept - 1] ? drawn[i] : random(open[i], step + 1);
      }
    }
    place(drawn);
  }

  private void place(int[] tokens) {
    for (int i = 0; i < open.length; i++) {
      canvas[open[i]] = tokens[i];
    }
  }
}
