package org.decodebench.speculative.self;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.diffusion.decode.Requirements;

/**
 * Self-speculative block diffusion (2510.04147, 2603.25702). The model drafts the rest of a block
 * with a few parallel forwards; one batched forward then asks, for every drafted position, what the
 * model says given only the tokens left of it. Tokens are drawn from these answers with the random
 * numbers that step-by-step decoding would use, and the draft stands as far as it agrees: the text
 * is token for token that of the step-by-step decode at the same seed, at any temperature.
 *
 * @param steps forwards that draft
 * @param mode what verifies
 */
record SelfSpeculative(String spec, int steps, Mode mode, SamplingSettings sampling)
    implements Decoder {

  static final String NAME = "self-speculative";

  /** What a drafted position is asked given. */
  enum Mode {
    /** The tokens left of it, and masks up to the end of its block. */
    BLOCK,
    /** The tokens left of it alone: the model with block size 1. */
    ONE
  }

  @Override
  public void check(LanguageModel model) {
    Requirements.model(NAME, model, ModelConfig.Paradigm.BLOCK_DIFFUSION);
    ModelConfig config = model.config();
    if (config.blockSize() < 1 || config.logitShift() != 0) {
      throw new UsageException(
          "decoder %s: model '%s' has no block size, or its rows answer for the next position; use block-diffusion"
              .formatted(NAME, model.name()));
    }
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    check(request.model());
    Requirements.request(NAME, request);
    LanguageModel model = request.model();
    int capacity = Requirements.capacity(request);
    int copies = model.config().blockSize() + 1;
    PhaseClock clock = new PhaseClock();
    List<DecodeResult.Sequence> sequences = new ArrayList<>();
    Counts counts = new Counts();
    for (int i = 0; i < request.prompts().size(); i++) {
      DecodeRequest.Prompt prompt = request.prompts().get(i);
      if (prompt.template().length > 0) {
        throw new UsageException(
            "decoder %s continues a prompt; for a template use block-diffusion".formatted(NAME));
      }
      try (Session drafts = model.open(capacity, 1);
          Session verifies = model.open(capacity, copies)) {
        sequences.add(
            new SelfSequence(this, request, i, drafts, verifies, listener, clock, counts).run());
      }
    }
    return new DecodeResult(
        sequences,
        counts.drafted,
        counts.accepted,
        counts.verifications,
        new long[0][],
        clock.phases());
  }

  /** Over the batch. */
  static final class Counts {
    long drafted;
    long accepted;
    long verifications;
  }
}
