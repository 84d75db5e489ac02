package org.decodebench.core.decode;

import java.util.List;
import org.decodebench.core.model.LanguageModel;

/**
 * What to decode.
 *
 * @param model the target
 * @param prompts one a sequence of the batch
 * @param maxNewTokens most tokens to emit a sequence, the end token included; for diffusion
 *     decoders the size of the canvas after the prompt
 * @param seed of the random streams
 */
public record DecodeRequest(
    LanguageModel model, List<Prompt> prompts, int maxNewTokens, long seed) {

  /**
   * A prompt.
   *
   * @param stream the sequence's id in the workload: with the seed it fixes the random numbers,
   *     whatever the batch
   * @param tokens ids, the begin token included where the model wants one; never empty for an
   *     autoregressive model
   * @param template what is known of the tokens after the prompt, {@link #OPEN} where nothing is
   *     (and beyond its end); empty for none. A decoder from left to right refuses one. Template
   *     tokens are part of the result and are told to the listener as committed in step 0
   */
  public record Prompt(long stream, int[] tokens, int[] template) {
    /** A position of a template that the decoder has to fill. */
    public static final int OPEN = -1;

    public Prompt(long stream, int[] tokens) {
      this(stream, tokens, new int[0]);
    }
  }

  public static DecodeRequest of(LanguageModel model, int[] prompt, int maxNewTokens, long seed) {
    return new DecodeRequest(model, List.of(new Prompt(0, prompt)), maxNewTokens, seed);
  }

  /** The same request on another model: how the harness puts a meter between decoder and model. */
  public DecodeRequest with(LanguageModel other) {
    return new DecodeRequest(other, prompts, maxNewTokens, seed);
  }
}
