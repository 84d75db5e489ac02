package org.decodebench.diffusion.noise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.noise.NoiseTokens;
import org.decodebench.core.noise.UniformNoise;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.diffusion.decode.DiffusionDecoder;
import org.decodebench.diffusion.decode.StepObserver;
import org.decodebench.diffusion.policy.Chance;

/**
 * Uniform-noise diffusion: the canvas starts random, every step predicts all clean tokens and draws
 * a less noisy canvas. Nothing is readable before the last step, so all tokens are committed there.
 *
 * @param steps from noise to text
 * @param bound of the entropies, for {@link UniformSequence.Rule#RENOISE}
 */
record UniformDiffusion(
    String spec, UniformSequence.Rule rule, int steps, double bound, SamplingSettings sampling)
    implements DiffusionDecoder {

  static final String NAME = "uniform-diffusion";

  @Override
  public Attention attention(LanguageModel model, int length) {
    return new Attention.Bidirectional(length);
  }

  @Override
  public boolean placedIsFinal() {
    return false;
  }

  @Override
  public void check(LanguageModel model) {
    if (model.config().paradigm() != ModelConfig.Paradigm.UNIFORM_DIFFUSION) {
      throw new UsageException(
          "decoder %s needs a model of uniform noise, but '%s' was trained on another process; use"
                  .formatted(NAME, model.name())
              + " ar, masked-diffusion or block-diffusion, whichever suits it");
    }
  }

  @Override
  public DecodeResult decode(
      DecodeRequest request,
      DecodeListener listener,
      LongFunction<Chance> chances,
      StepObserver observer) {
    check(request.model());
    ModelConfig config = request.model().config();
    int longest =
        request.prompts().stream().mapToInt(prompt -> prompt.tokens().length).max().orElse(0);
    if (longest + (long) request.maxNewTokens() > config.contextLength()) {
      throw new UsageException(
          "decoder %s: %d positions exceed the %d of model '%s'; ask for fewer new tokens"
              .formatted(
                  NAME,
                  longest + (long) request.maxNewTokens(),
                  config.contextLength(),
                  request.model().name()));
    }
    NoiseTokens words =
        NoiseTokens.of(
            config.vocabSize(), request.model().tokenizer().begin(), config.maskTokenId());
    List<UniformSequence> sequences = new ArrayList<>();
    for (DecodeRequest.Prompt prompt : request.prompts()) {
      sequences.add(
          new UniformSequence(
              prompt.tokens(),
              request.maxNewTokens(),
              words,
              sampling.sampler(config.vocabSize()),
              chances.apply(prompt.stream())));
    }
    PhaseClock clock = new PhaseClock();
    try (Session session =
        request.model().open(longest + request.maxNewTokens(), sequences.size())) {
      for (int step = 0; step < steps; step++) {
        step(session, sequences, config.vocabSize(), step, clock);
        for (int i = 0; i < sequences.size(); i++) {
          tell(sequences.get(i), i, step, listener);
        }
      }
    }
    return DecodeResult.of(
        sequences.stream().map(s -> emitted(s, request.model())).toList(), clock.phases());
  }

  private void step(
      Session session, List<UniformSequence> sequences, int vocab, int step, PhaseClock clock) {
    double alphaT = UniformNoise.alpha(1 - (double) step / steps);
    double alphaS = UniformNoise.alpha(1 - (double) (step + 1) / steps);
    List<Run> runs = new ArrayList<>();
    List<UniformSequence> active = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      UniformSequence sequence = sequences.get(i);
      if (!sequence.settled()) {
        int[] canvas = sequence.canvas().clone();
        Attention attention = new Attention.Bidirectional(canvas.length);
        runs.add(new Run(i, canvas, 0, attention, sequence.open()));
        active.add(sequence);
      }
    }
    if (runs.isEmpty()) {
      return;
    }
    clock.skip();
    session.noise(alphaT);
    Logits logits = session.forward(runs);
    clock.lap("denoise");
    int row = 0;
    for (UniformSequence sequence : active) {
      int[] offsets = new int[sequence.open().length];
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = logits.offset(row++);
      }
      if (rule == UniformSequence.Rule.ANCESTRAL) {
        sequence.ancestral(logits.values(), offsets, vocab, step, alphaT, alphaS);
      } else {
        sequence.renoise(logits.values(), offsets, vocab, step, bound, step == steps - 1);
      }
    }
    clock.lap("sample");
  }

  private void tell(UniformSequence sequence, int index, int step, DecodeListener listener) {
    if (sequence.tellNow(step == steps - 1)) {
      int[] tokens =
          Arrays.stream(sequence.open()).map(position -> sequence.canvas()[position]).toArray();
      int[] positions = new int[tokens.length];
      Arrays.setAll(positions, i -> i);
      listener.committed(index, step, positions, tokens, false);
    }
  }

  private static DecodeResult.Sequence emitted(UniformSequence sequence, LanguageModel model) {
    int[] open = sequence.open();
    int[] tokens = Arrays.copyOfRange(sequence.canvas(), open[0], open[0] + open.length);
    for (int i = 0; i < tokens.length; i++) {
      if (model.tokenizer().isEnd(tokens[i])) {
        return new DecodeResult.Sequence(Arrays.copyOf(tokens, i + 1), DecodeResult.Stop.END);
      }
    }
    return new DecodeResult.Sequence(tokens, DecodeResult.Stop.LENGTH);
  }
}
