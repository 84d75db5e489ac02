package org.decodebench.diffusion.decode;

import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;

/** What a diffusion decoder needs of a model and of a request, with errors that say what to do. */
public final class Requirements {
  private Requirements() {}

  public static void model(String decoder, LanguageModel model, Paradigm wanted) {
    ModelConfig config = model.config();
    if (config.paradigm() != wanted && config.paradigm() != Paradigm.ANY) {
      String suits =
          switch (config.paradigm()) {
            case AUTOREGRESSIVE -> "ar or speculative";
            case BLOCK_DIFFUSION -> "block-diffusion";
            case UNIFORM_DIFFUSION -> "uniform-diffusion";
            default -> "masked-diffusion";
          };
      throw new UsageException(
          "decoder %s needs a %s model, but '%s' is %s; use decoder %s, or a model such as %s"
              .formatted(
                  decoder,
                  spell(wanted),
                  model.name(),
                  spell(config.paradigm()),
                  suits,
                  wanted == Paradigm.BLOCK_DIFFUSION ? "tales-bd8" : "tales-mdlm"));
    }
    if (config.maskTokenId().isEmpty()) {
      throw new UsageException(
          "decoder %s needs a mask token, but model '%s' has none; set mask_token_id in its config"
              .formatted(decoder, model.name()));
    }
  }

  public static void request(String decoder, DecodeRequest request) {
    ModelConfig config = request.model().config();
    int mask = config.maskTokenId().orElseThrow();
    if (request.prompts().isEmpty()) {
      throw new UsageException("decoder %s: no prompt given".formatted(decoder));
    }
    if (request.maxNewTokens() < 1) {
      throw new UsageException(
          "decoder %s: %d new tokens asked for; ask for at least 1"
              .formatted(decoder, request.maxNewTokens()));
    }
    for (DecodeRequest.Prompt prompt : request.prompts()) {
      long canvas = (long) prompt.tokens().length + request.maxNewTokens();
      if (canvas > config.contextLength()) {
        throw new UsageException(
            "decoder %s: prompt of %d tokens and %d new ones exceed the %d positions of model '%s';"
                    .formatted(
                        decoder,
                        prompt.tokens().length,
                        request.maxNewTokens(),
                        config.contextLength(),
                        request.model().name())
                + " ask for fewer new tokens");
      }
      checkIds(decoder, request.model(), prompt.tokens(), 0);
      checkIds(decoder, request.model(), prompt.template(), DecodeRequest.Prompt.OPEN);
      if (prompt.template().length > request.maxNewTokens()) {
        throw new UsageException(
            "decoder %s: a template of %d tokens exceeds the %d new tokens; ask for at least as many"
                .formatted(decoder, prompt.template().length, request.maxNewTokens()));
      }
      boolean headless = prompt.tokens().length == 0 || prompt.tokens()[0] == mask;
      if (headless && config.logitShift() == 1) {
        throw new UsageException(
            "decoder %s: model '%s' predicts a token from the one before it, so the prompt needs a"
                    .formatted(decoder, request.model().name())
                + " first token; start it with the begin token");
      }
    }
  }

  private static void checkIds(String decoder, LanguageModel model, int[] tokens, int least) {
    for (int token : tokens) {
      if (token < least || token >= model.config().vocabSize()) {
        throw new UsageException(
            "decoder %s: the prompt holds token %d, but model '%s' has ids 0 to %d"
                .formatted(decoder, token, model.name(), model.config().vocabSize() - 1));
      }
    }
  }

  public static int capacity(DecodeRequest request) {
    int longest =
        request.prompts().stream().mapToInt(prompt -> prompt.tokens().length).max().orElse(0);
    return longest + request.maxNewTokens();
  }

  private static String spell(Paradigm paradigm) {
    return paradigm.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
