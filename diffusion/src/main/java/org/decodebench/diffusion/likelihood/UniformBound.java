package org.decodebench.diffusion.likelihood;

import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.sampling.RandomStream;

/**
 * The bound of uniform-noise diffusion (D3PM, 2107.03006): the sum over the steps from t to s of
 * KL(q(x_s | x_t, x_0) ‖ p(x_s | x_t)), where p is what the ancestral sampler of as many steps
 * draws from. The noisiest canvas is uniform whatever the text, so no term remains for it; the last
 * step's divergence is the reconstruction, −log p(x_0 | x_t).
 */
final class UniformBound {
  /** Steps of the sampler that is bounded; more are tighter. */
  static final int STEPS = 64;

  private final LanguageModel model;
  private final int samples;
  private final long seed;
  private final NoiseTokens words;
  private final UniformNoise noise;

  UniformBound(LanguageModel model, int samples, long seed) {
    this.model = model;
    this.samples = samples;
    this.seed = seed;
    this.words =
        NoiseTokens.of(
            model.config().vocabSize(), model.tokenizer().begin(), model.config().maskTokenId());
    this.noise = new UniformNoise(words.count());
  }

  Estimate estimate(List<ScoredText> texts, LongConsumer progress) {
    Estimate estimate = new Estimate();
    for (int i = 0; i < texts.size(); i++) {
      RandomStream random = new RandomStream(seed, i);
      double[] values = new double[samples];
      // An oracle answers for canvases of the session's length.
      try (Session session = model.open(texts.get(i).tokens().length, 1)) {
        for (int k = 0; k < samples; k++) {
          // Antithetic pairs, one a stratum.
          double level = (k / 2 + random.uniform(0, k / 2)) / (samples / 2);
          int step = (int) Math.min(STEPS - 1, STEPS * (k % 2 == 0 ? level : 1 - level));
          values[k] = STEPS * divergence(session, texts.get(i), step, random, k);
        }
      }
      estimate.addMean(values);
      progress.accept(i + 1L);
    }
    return estimate;
  }

  /** Of one step, with noise drawn for it. */
  private double divergence(
      Session session, ScoredText text, int step, RandomStream random, int sample) {
    double alphaT = UniformNoise.alpha((step + 1.0) / STEPS);
    double alphaS = UniformNoise.alpha((double) step / STEPS);
    int[] clean = text.tokens();
    int[] canvas = clean.clone();
    int[] open = IntStream.range(text.given(), clean.length).toArray();
    for (int position : open) {
      canvas[position] =
          words.noisy(clean[position], alphaT, random.uniform(1L + position, sample));
    }
    session.noise(alphaT);
    Attention attention = new Attention.Bidirectional(canvas.length);
    Logits logits = session.forward(List.of(new Run(0, canvas, 0, attention, open)));
    double nats = 0;
    for (int i = 0; i < open.length; i++) {
      double[] predicted = predicted(logits, i);
      nats += divergence(canvas[open[i]], clean[open[i]], predicted, alphaT, alphaS);
    }
    return nats;
  }

  private double divergence(
      int noisy, int clean, double[] predicted, double alphaT, double alphaS) {
    double[] exact = new double[words.count()];
    double[] drawn = new double[words.count()];
    noise.posterior(words.index(noisy), words.index(clean), alphaT, alphaS, exact);
    noise.reverse(words.index(noisy), predicted, alphaT, alphaS, drawn);
    double nats = 0;
    for (int v = 0; v < exact.length; v++) {
      nats += exact[v] > 0 ? exact[v] * Math.log(exact[v] / drawn[v]) : 0;
    }
    return nats;
  }

  /** Softmax over the tokens of the noise. */
  private double[] predicted(Logits logits, int row) {
    float[] values = logits.values();
    int offset = logits.offset(row);
    double max = Double.NEGATIVE_INFINITY;
    for (int id : words.ids()) {
      max = Math.max(max, values[offset + id]);
    }
    double[] p = new double[words.count()];
    double sum = 0;
    for (int v = 0; v < p.length; v++) {
      p[v] = Math.exp(values[offset + words.ids()[v]] - max);
      sum += p[v];
    }
    for (int v = 0; v < p.length; v++) {
      p[v] /= sum;
    }
    return p;
  }
}
