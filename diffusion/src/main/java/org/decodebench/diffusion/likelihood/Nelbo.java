package org.decodebench.diffusion.likelihood;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;

/**
 * The diffusion bound on the negative log-likelihood: for a masked-diffusion model over the whole
 * canvas (2406.07524, 2502.09992), for a block-diffusion model block by block given the clean
 * blocks before (2503.09573). In expectation it is the mean, over all orders of unmasking one
 * position at a time, of the negative log-likelihood in that order. For a model of uniform noise it
 * is that of the ancestral sampler (2107.03006).
 */
abstract class Nelbo implements LikelihoodMethod {
  static final int DEFAULT_SAMPLES = 16;

  /** {@code nelbo}. */
  public static final class Count extends Nelbo {
    public Count() {
      super(
          "nelbo", MaskDraws.Form.COUNT, "diffusion bound, exactly l positions masked, weight n/l");
    }

    @Override
    public boolean isDefaultFor(LanguageModel model) {
      Paradigm paradigm = model.config().paradigm();
      return paradigm == Paradigm.MASKED_DIFFUSION
          || paradigm == Paradigm.BLOCK_DIFFUSION
          || paradigm == Paradigm.UNIFORM_DIFFUSION;
    }
  }

  /** {@code nelbo-time}. */
  public static final class Time extends Nelbo {
    public Time() {
      super("nelbo-time", MaskDraws.Form.TIME, "the same bound as an integral over t, weight 1/t");
    }
  }

  private final String name;
  private final MaskDraws.Form form;
  private final String summary;

  Nelbo(String name, MaskDraws.Form form, String summary) {
    this.name = name;
    this.form = form;
    this.summary = summary;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  public boolean isDefaultFor(LanguageModel model) {
    return false;
  }

  /** For a source with exact conditionals, which answers under any attention: the masked bound. */
  @Override
  public Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options) {
    ModelConfig config = model.config();
    int block = config.paradigm() == Paradigm.BLOCK_DIFFUSION ? config.blockSize() : 0;
    return evaluate(model, texts, options, block);
  }

  /**
   * @param block size of the blocks, or 0 for the bound of masked diffusion
   */
  Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options, int block) {
    ModelConfig config = model.config();
    if (config.paradigm() == Paradigm.AUTOREGRESSIVE || config.maskTokenId().isEmpty()) {
      throw new UsageException(
          "method %s needs a diffusion model with a mask token, which '%s' is not; use method exact"
              .formatted(name, model.name()));
    }
    int samples = options.samples() == 0 ? DEFAULT_SAMPLES : options.samples();
    if (samples < 4 || samples % 2 != 0) {
      throw new UsageException(
          "method %s: %d samples; they come in antithetic pairs, give an even number from 4 up"
              .formatted(name, samples));
    }
    for (ScoredText text : texts) {
      check(model, text);
    }
    boolean uniform = config.paradigm() == Paradigm.UNIFORM_DIFFUSION;
    Estimate estimate =
        uniform
            ? new UniformBound(model, samples, options.seed()).estimate(texts, options.progress())
            : block > 0
                ? new BlockBound(model, block, form, samples, options.seed())
                    .estimate(texts, options.progress())
                : new MaskedBound(model, form, samples, options.seed())
                    .estimate(texts, options.progress());
    long tokens = texts.stream().mapToLong(ScoredText::textTokens).sum();
    return new Likelihood(name, true, estimate.sum(), estimate.standardError(), tokens, samples);
  }

  private void check(LanguageModel model, ScoredText text) {
    ModelConfig config = model.config();
    if (text.tokens().length > config.contextLength()) {
      throw new UsageException(
          "method %s: a text of %d tokens exceeds the %d positions of model '%s'; cut it into windows"
              .formatted(name, text.tokens().length, config.contextLength(), model.name()));
    }
    if (text.given() == 0 && config.logitShift() == 1) {
      throw new UsageException(
          "method %s: model '%s' predicts a token from the one before it; start texts with a begin"
                  .formatted(name, model.name())
              + " token");
    }
    int mask = config.maskTokenId().orElseThrow();
    for (int i = 0; i < text.tokens().length; i++) {
      if (text.tokens()[i] == mask) {
        throw new UsageException(
            "method %s: a text has the mask token at position %d; texts to score have none"
                .formatted(name, i));
      }
    }
  }
}
