package org.decodebench.diffusion.likelihood;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.diffusion.decode.DiffusionDecoder;
import org.decodebench.diffusion.decode.StepObserver;

/**
 * The exact likelihood of a diffusion sampler whose positions follow from the canvas (DUEL,
 * 2603.01367): the decoder is made to place the text, and the probabilities of the tokens that it
 * places multiply. It is the likelihood of the sampler with its settings (order, threshold,
 * temperature, …), not of the network alone. Settings are those of the decoder; by default the most
 * confident position first, one at a time, at temperature 1.
 */
public final class Duel implements LikelihoodMethod {
  private static final int WIDTH = 8;

  private final String settings;

  public Duel() {
    this("");
  }

  private Duel(String settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "duel";
  }

  @Override
  public String summary() {
    return "exact likelihood of a diffusion sampler with deterministic positions";
  }

  @Override
  public boolean isDefaultFor(LanguageModel model) {
    return false;
  }

  @Override
  public LikelihoodMethod with(String decoderSettings) {
    return new Duel(decoderSettings);
  }

  @Override
  public Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options) {
    DiffusionDecoder decoder = decoder(model);
    double nats = 0;
    boolean fill = false;
    long tokens = 0;
    int done = 0;
    while (done < texts.size()) {
      List<ScoredText> group = group(texts.subList(done, texts.size()));
      nats += nats(decoder, model, group);
      for (ScoredText text : group) {
        fill |= text.given() + text.textTokens() < text.tokens().length;
        tokens += text.textTokens();
      }
      done += group.size();
      options.progress().accept(done);
    }
    // What a canvas's fill costs is counted, so the texts themselves can only be more probable.
    return new Likelihood(name(), fill, nats, 0, tokens, 0);
  }

  private DiffusionDecoder decoder(LanguageModel model) {
    boolean blocks = model.config().paradigm() == Paradigm.BLOCK_DIFFUSION;
    String all = "early-stop=false" + (settings.isEmpty() ? "" : "," + settings);
    if (Arrays.stream(all.split(",")).noneMatch(s -> s.strip().startsWith("temperature="))) {
      all += ",temperature=1";
    } else if (all.contains("temperature=0,") || all.endsWith("temperature=0")) {
      throw new UsageException(
          "method duel: at temperature 0 a sampler has one text only; give a temperature above 0");
    }
    String name = blocks ? "block-diffusion" : "masked-diffusion";
    DiffusionDecoder decoder =
        (DiffusionDecoder)
            Decoders.create(
                name + ":" + all,
                reference -> {
                  throw new IllegalStateException("no further models");
                });
    decoder.check(model);
    if (!decoder.placedIsFinal()) {
      throw new UsageException(
          "method duel: decoder %s changes placed tokens, so many paths lead to a text; it has no"
                  .formatted(decoder.spec())
              + " exact likelihood");
    }
    return decoder;
  }

  /** Leading texts with the same number of tokens to place: they share their forwards. */
  private static List<ScoredText> group(List<ScoredText> texts) {
    List<ScoredText> group = new ArrayList<>();
    for (ScoredText text : texts) {
      if (group.size() == WIDTH || placed(text) != placed(texts.getFirst())) {
        break;
      }
      group.add(text);
    }
    return group;
  }

  private static int placed(ScoredText text) {
    return text.tokens().length - text.given();
  }

  private static double nats(
      DiffusionDecoder decoder, LanguageModel model, List<ScoredText> texts) {
    List<DecodeRequest.Prompt> prompts = new ArrayList<>();
    List<ForcedChance> chances = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      int[] tokens = texts.get(i).tokens();
      prompts.add(new DecodeRequest.Prompt(i, Arrays.copyOf(tokens, texts.get(i).given())));
      chances.add(new ForcedChance(tokens));
    }
    DecodeRequest request = new DecodeRequest(model, prompts, placed(texts.getFirst()), 0);
    decoder.decode(
        request, DecodeListener.NONE, stream -> chances.get((int) stream), StepObserver.NONE);
    return chances.stream().mapToDouble(ForcedChance::nats).sum();
  }
}
