package org.decodebench.core.source;

import java.util.OptionalInt;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A language model that knows its language: its logits are the logarithms of a source's exact
 * conditionals. It replaces the network where a decoder is to be measured or tested alone
 * (2602.19619).
 *
 * <p>Position 0 holds the begin token; the source's text starts at position 1. The row at position
 * <i>i</i> answers for position <i>i + shift</i>, given all tokens that its attention lets it see
 * except mask tokens; positions that it does not see are marginalised. Where the position asked for
 * is itself observed, all mass is on its token.
 *
 * <p>What is seen may be impossible under the source (parallel unmasking makes such canvases). No
 * conditional exists then, and the answer is uniform over all tokens that the source can emit at
 * all, so that decoding can go on; the text is invalid in any case.
 */
public final class OracleModel implements LanguageModel {
  private static final int CONTEXT_LENGTH = 4096;

  private final Source source;
  private final ModelConfig config;

  private OracleModel(Source source, int logitShift, OptionalInt mask) {
    this.source = source;
    config =
        new ModelConfig(
            "oracle",
            source.vocabSize(),
            0,
            0,
            0,
            0,
            0,
            0,
            CONTEXT_LENGTH,
            ModelConfig.Norm.RMS,
            0,
            new ModelConfig.Positions.None(),
            ModelConfig.Mlp.SWIGLU,
            false,
            true,
            0,
            ModelConfig.Paradigm.ANY,
            mask,
            logitShift,
            0);
  }

  /** Rows answer for the next position, as autoregressive networks do (shift 1, no mask token). */
  public static OracleModel autoregressive(Source source) {
    return new OracleModel(source, 1, OptionalInt.empty());
  }

  /** Rows answer for their own position, as LLaDA and MDLM do (shift 0). */
  public static OracleModel diffusion(AnyOrderSource source) {
    return diffusion(source, 0);
  }

  /**
   * @param logitShift 0, or 1 for rows that answer for the next position, as Dream's do
   */
  public static OracleModel diffusion(AnyOrderSource source, int logitShift) {
    return new OracleModel(
        source, logitShift, OptionalInt.of(org.decodebench.core.tokenizer.WordTokenizer.MASK));
  }

  @Override
  public String name() {
    return "oracle:" + source.name();
  }

  public Source source() {
    return source;
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Tokenizer tokenizer() {
    return source.tokenizer();
  }

  @Override
  public Session open(int capacity, int width) {
    if (capacity < 1 || capacity > CONTEXT_LENGTH || width < 1) {
      throw new IllegalArgumentException(
          "capacity %d must be 1 to %d, width %d at least 1"
              .formatted(capacity, CONTEXT_LENGTH, width));
    }
    return new OracleSession(new OracleAnswers(source, config), capacity, width);
  }
}
