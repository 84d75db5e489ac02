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
 * Masked diffusion (MDLM 2406.07524, LLaDA 2502.09992). The canvas is the prompt and a mask token
 * for each of {@code maxNewTokens}; a step is one bidirectional forward over all of it, for all
 * sequences of the batch that are not done.
 *
 * @param block size of the semi-autoregressive blocks after the prompt; none for a single one
 * @param cache which positions a forward evaluates
 * @param guidance by the prompt
 * @param earlyStop whether a sequence is done once everything left of its first end token is placed
 */
record MaskedDiffusion(
    String spec,
    SamplerSettings sampler,
    OptionalInt block,
    CanvasCache cache,
    Guidance guidance,
    boolean earlyStop)
    implements DiffusionDecoder {

  static final String NAME = "masked-diffusion";

  @Override
  public void check(LanguageModel model) {
    Requirements.model(NAME, model, Paradigm.MASKED_DIFFUSION);
  }

  @Override
  public Attention attention(LanguageModel model, int length) {
    return new Attention.Bidirectional(length);
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
    MaskedSequence.Plan plan =
        new MaskedSequence.Plan(windows(request.maxNewTokens()), cache, guidance, earlyStop);
    ModelConfig config = request.model().config();
    int mask = config.maskTokenId().orElseThrow();
    int width = request.prompts().size();
    int sequencesOfSession = guidance.on() ? 2 * width : width;
    try (Session session =
        request.model().open(Requirements.capacity(request), sequencesOfSession)) {
      List<MaskedSequence> sequences = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        DecodeRequest.Prompt prompt = request.prompts().get(i);
        Chance chance = chances.apply(prompt.stream());
        sequences.add(
            new MaskedSequence(
                i,
                width + i,
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

  /** Semi-autoregressive blocks share the steps as evenly as they go. */
  private Windows windows(int newTokens) {
    int size = block.orElse(newTokens);
    int count = (newTokens + size - 1) / size;
    if (sampler.steps().isPresent() && sampler.steps().getAsInt() < count) {
      throw new UsageException(
          "decoder %s: %d steps are too few for %d blocks; give steps=%d or more, or larger blocks"
              .formatted(NAME, sampler.steps().getAsInt(), count, count));
    }
    return (canvas, from, filler) -> {
      int start = Math.max(from, canvas.prompt());
      int to = Math.min(start + size, canvas.length());
      int[] masked = canvas.masked(from, to);
      // Masks inside the prompt belong to the first window; what is given before them does not.
      int first = masked.length == 0 ? start : Math.min(masked[0], start);
      OptionalInt steps = share((start - canvas.prompt()) / size, count);
      return new Window(canvas, first, to, sampler.rule(steps), filler);
    };
  }

  private OptionalInt share(int block, int blocks) {
    if (sampler.steps().isEmpty()) {
      return OptionalInt.empty();
    }
    long steps = sampler.steps().getAsInt();
    return OptionalInt.of((int) (steps * (block + 1) / blocks - steps * block / blocks));
  }
}
