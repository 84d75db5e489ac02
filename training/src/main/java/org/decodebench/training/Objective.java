package org.decodebench.training;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.sampling.RandomStream;

/**
 * A training objective: turns canvases into a forward and a weighted loss whose expectation is the
 * negative log-likelihood (or a bound on it) of the canvases. All canvases of a batch have one
 * length; position 0 is the begin token, never masked and never predicted (decision record 0003).
 */
sealed interface Objective {

  Paradigm paradigm();

  /**
   * @param canvases ids {@code [batch][length]}
   * @param noise fixes what is masked
   */
  Batch batch(Canvas[] canvases, RandomStream noise);

  /** Next token, teacher forcing: loss on the text and its first end, none on the fill. */
  record NextToken() implements Objective {
    @Override
    public Paradigm paradigm() {
      return Paradigm.AUTOREGRESSIVE;
    }

    @Override
    public Batch batch(Canvas[] canvases, RandomStream noise) {
      int length = canvases[0].length();
      LossRows loss = new LossRows(length);
      int[][] tokens = new int[canvases.length][];
      for (int b = 0; b < canvases.length; b++) {
        tokens[b] = canvases[b].tokens();
        for (int i = 0; i + 1 <= canvases[b].textEnd() - 1; i++) {
          loss.add(b, i, tokens[b][i + 1], 1);
        }
      }
      return loss.batch(
          tokens,
          LossRows.iota(length),
          AttentionMask.of(Attention.CAUSAL, length),
          loss.size(),
          canvases);
    }
  }

  /**
   * Masked diffusion (MDLM 2406.07524, in the form of LLaDA 2502.09992 eq. 14): of the L positions
   * after the begin token exactly l are masked, l uniform over 1…L by way of a stratified t, and
   * each masked position weighs L/l (= 1/t). The same expectation as masking each position with
   * probability t, with less variance.
   */
  record MaskedDiffusion(int maskToken) implements Objective {
    @Override
    public Paradigm paradigm() {
      return Paradigm.MASKED_DIFFUSION;
    }

    @Override
    public Batch batch(Canvas[] canvases, RandomStream noise) {
      int length = canvases[0].length();
      LossRows loss = new LossRows(length);
      int[][] tokens = new int[canvases.length][];
      Strata strata = new Strata(canvases.length, noise);
      for (int b = 0; b < canvases.length; b++) {
        tokens[b] = canvases[b].tokens().clone();
        loss.mask(tokens[b], b, 1, length, strata.next(), maskToken, noise);
      }
      long carriers = (long) canvases.length * (length - 1);
      return loss.batch(
          tokens,
          LossRows.iota(length),
          AttentionMask.of(new Attention.Bidirectional(length), length),
          carriers,
          canvases);
    }
  }

  /**
   * Block diffusion (BD3-LM 2503.09573): masked diffusion inside each block given the clean blocks
   * before it, all blocks in one pass over noisy ⊕ clean, a t of its own for each block. Blocks
   * after the one that holds the first end carry no loss.
   */
  record BlockDiffusion(int maskToken, int block) implements Objective {
    @Override
    public Paradigm paradigm() {
      return Paradigm.BLOCK_DIFFUSION;
    }

    @Override
    public Batch batch(Canvas[] canvases, RandomStream noise) {
      int length = canvases[0].length();
      int blocks = (length + block - 1) / block;
      LossRows loss = new LossRows(2 * length);
      int[][] tokens = new int[canvases.length][];
      Strata strata = new Strata(canvases.length * blocks, noise);
      long carriers = 0;
      for (int b = 0; b < canvases.length; b++) {
        int[] clean = canvases[b].tokens();
        int[] noisy = clean.clone();
        int lossEnd = Math.min((canvases[b].textEnd() + block - 1) / block * block, length);
        for (int from = 0; from < length; from += block) {
          double t = strata.next();
          if (from < lossEnd) {
            loss.mask(
                noisy, b, Math.max(from, 1), Math.min(from + block, length), t, maskToken, noise);
          }
        }
        carriers += lossEnd - 1;
        tokens[b] = Arrays.copyOf(noisy, 2 * length);
        System.arraycopy(clean, 0, tokens[b], length, length);
      }
      int[] positions = new int[2 * length];
      for (int i = 0; i < 2 * length; i++) {
        positions[i] = i % length;
      }
      return loss.batch(
          tokens, positions, AttentionMask.noisyThenClean(length, block), carriers, canvases);
    }
  }

  /**
   * Diffusion whose noise is random tokens (D3PM, 2107.03006): every position after the begin token
   * is replaced by a uniformly random token with the chance of a time t, one of {@link #STEPS} in
   * each stratum, and the loss is the divergence of the step from there, times the number of steps:
   * in expectation the bound of the sampler of as many steps. The network is not told the time; it
   * reads off the canvas how noisy that is.
   */
  record UniformDiffusion(int vocabSize, int maskToken) implements Objective {
    /** Steps of the sampler whose bound is trained; those of the method {@code nelbo}. */
    static final int STEPS = 64;

    @Override
    public Paradigm paradigm() {
      return Paradigm.UNIFORM_DIFFUSION;
    }

    @Override
    public Batch batch(Canvas[] canvases, RandomStream noise) {
      int length = canvases[0].length();
      int open = length - 1;
      NoiseTokens words =
          NoiseTokens.of(
              vocabSize, OptionalInt.of(canvases[0].tokens()[0]), OptionalInt.of(maskToken));
      LossRows loss = new LossRows(length);
      int[][] tokens = new int[canvases.length][];
      double[] alphaT = new double[canvases.length * open];
      double[] alphaS = new double[canvases.length * open];
      Strata strata = new Strata(canvases.length, noise);
      for (int b = 0; b < canvases.length; b++) {
        double step = Math.ceil(strata.next() * STEPS);
        Arrays.fill(alphaT, b * open, (b + 1) * open, UniformNoise.alpha(step / STEPS));
        Arrays.fill(alphaS, b * open, (b + 1) * open, UniformNoise.alpha((step - 1) / STEPS));
        tokens[b] = canvases[b].tokens().clone();
        for (int i = 1; i < length; i++) {
          loss.add(b, i, tokens[b][i], STEPS);
          tokens[b][i] = words.noisy(tokens[b][i], alphaT[b * open], noise.uniform(i, b));
        }
      }
      return loss.batch(
          tokens,
          LossRows.iota(length),
          AttentionMask.of(new Attention.Bidirectional(length), length),
          (long) canvases.length * open,
          canvases,
          Optional.of(new UniformSteps(words, alphaT, alphaS)));
    }
  }
}
