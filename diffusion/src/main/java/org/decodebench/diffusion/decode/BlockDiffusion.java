package org.decodebench.diffusion.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.Session;
import org.decodebench.diffusion.policy.Chance;

/**
 * Block diffusion (BD3-LM, 2503.09573). Blocks are aligned to position 0, so the prompt's tail
 * stands inside the first block that is decoded. A sequence is done at the latest with the block
 * that holds its first end token. With {@code block=1} this is autoregressive decoding, with a
 * block as long as the canvas it is masked diffusion, token for token at the same seed.
 *
 * @param block size of a block; none for the size that the model was trained with
 * @param cache how finished blocks reach the cache
 * @param parts size of the sub-blocks that are evaluated alone after their first step; none for the
 *     block in every step
 * @param earlyStop whether a sequence is done once everything left of its first end token is placed
 */
record BlockDiffusion(
    String spec,
    SamplerSettings sampler,
    OptionalInt block,
    BlockSequence.Cache cache,
    OptionalInt parts,
    boolean earlyStop)
    implements DiffusionDecoder {

  static final String NAME = "block-diffusion";

  @Override
  public void check(LanguageModel model) {
    Requirements.model(NAME, model, Paradigm.BLOCK_DIFFUSION);
    block(model);
  }

  private int block(LanguageModel model) {
    int size = block.orElse(model.config().blockSize());
    if (size < 1) {
      throw new UsageException(
          "decoder %s: model '%s' was not trained with a block size; give one, for example %s:block=8"
              .formatted(NAME, model.name(), NAME));
    }
    return size;
  }

  @Override
  public Attention attention(LanguageModel model, int length) {
    return new Attention.BlockCausal(block(model), length);
  }

  @Override
  public boolean placedIsFinal() {
    return sampler.rule(OptionalInt.of(1)).placedIsFinal();
  }

  @Override
  public DecodeResult decode(
      DecodeRequest request,
      DecodeListener listener,
      LongFunction<Chance> chances,
      StepObserver observer) {
    check(request.model());
    Requirements.request(NAME, request);
    int size = block(request.model());
    ModelConfig config = request.model().config();
    int mask = config.maskTokenId().orElseThrow();
    int width = request.prompts().size();
    BlockSequence.Plan plan =
        new BlockSequence.Plan(size, sampler.rule(sampler.steps()), cache, parts, earlyStop);
    try (Session session = request.model().open(Requirements.capacity(request), width)) {
      List<BlockSequence> sequences = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        DecodeRequest.Prompt prompt = request.prompts().get(i);
        Chance chance = chances.apply(prompt.stream());
        sequences.add(
            new BlockSequence(
                i,
                session,
                new Canvas(prompt, request.maxNewTokens(), mask),
                new Rows(config),
                new Filler(
                    sampler, config.vocabSize(), mask, chance, request.model().tokenizer()::isEnd),
                request.model().tokenizer(),
                plan,
                listener,
                observer));
      }
      return new LockStep(session, listener).run(sequences);
    }
  }
}
