package org.decodebench.ar;

import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;

/** What every left-to-right decoder asks of a model and a request. */
public final class CausalRequests {
  private CausalRequests() {}

  /**
   * @param user who asks, for the message
   * @throws UsageException if the model was not trained to predict the next token
   */
  public static void checkModel(String user, LanguageModel model) {
    Paradigm paradigm = model.config().paradigm();
    if (paradigm != Paradigm.AUTOREGRESSIVE && paradigm != Paradigm.ANY) {
      throw new UsageException(
          "%s needs an autoregressive model; '%s' is a %s model, which %s can decode"
              .formatted(
                  user,
                  model.name(),
                  paradigm == Paradigm.MASKED_DIFFUSION ? "masked-diffusion" : "block-diffusion",
                  paradigm == Paradigm.MASKED_DIFFUSION
                      ? "masked-diffusion"
                      : "block-diffusion or masked-diffusion"));
    }
    if (model.config().logitShift() != 1) {
      throw new UsageException(
          "%s needs a model whose rows answer for the next token; those of '%s' answer for their"
                  .formatted(user, model.name())
              + " own position, which masked-diffusion or block-diffusion can decode");
    }
  }

  /**
   * Checks lengths and ids.
   *
   * @return positions that the longest text of the request may have
   * @throws UsageException for an empty prompt, an id outside the vocabulary, or a text that would
   *     outgrow the model's context
   */
  public static int check(DecodeRequest request) {
    LanguageModel model = request.model();
    if (request.maxNewTokens() < 1) {
      throw new UsageException(
          "asked for %d new tokens: ask for at least 1".formatted(request.maxNewTokens()));
    }
    int longest = 0;
    for (DecodeRequest.Prompt prompt : request.prompts()) {
      if (prompt.template().length > 0) {
        throw new UsageException(
            "a template needs a decoder that sees both sides of a gap; use masked-diffusion or"
                + " block-diffusion with a model for it");
      }
      if (prompt.tokens().length == 0) {
        throw new UsageException(
            "the prompt is empty: an autoregressive model needs at least one token, usually its"
                + " begin token");
      }
      for (int token : prompt.tokens()) {
        if (token < 0 || token >= model.config().vocabSize()) {
          throw new UsageException(
              "the prompt holds token %d, but model '%s' has ids 0 to %d"
                  .formatted(token, model.name(), model.config().vocabSize() - 1));
        }
      }
      longest = Math.max(longest, prompt.tokens().length);
    }
    int context = model.config().contextLength();
    if (longest + (long) request.maxNewTokens() > context) {
      int room = context - longest;
      throw new UsageException(
          "a prompt of %d tokens and %d new tokens make %d positions, but model '%s' has %d: %s"
              .formatted(
                  longest,
                  request.maxNewTokens(),
                  longest + (long) request.maxNewTokens(),
                  model.name(),
                  context,
                  room > 0
                      ? "ask for at most %d new tokens".formatted(room)
                      : "shorten the prompt to at most %d tokens".formatted(context - 1)));
    }
    return longest + request.maxNewTokens();
  }
}
