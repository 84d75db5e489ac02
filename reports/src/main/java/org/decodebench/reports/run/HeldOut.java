package org.decodebench.reports.run;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.ar.ExactLikelihood;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Texts for a likelihood, laid out as the model saw them in training.
 *
 * @param texts to score
 * @param bytes UTF-8 bytes of what is scored
 */
public record HeldOut(List<ScoredText> texts, long bytes) {

  /** Keeps held-out texts apart from prompts and training texts of the same seed. */
  private static final long SALT = 0x4845_4C44_4F55_54L;

  /** Fresh texts of a source, each on a canvas of its own. */
  public static HeldOut ofSource(Source source, LanguageModel model, int count, long seed) {
    Tokenizer tokenizer = model.tokenizer();
    int canvas = model.config().contextLength();
    List<ScoredText> texts = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      int[] tokens = source.sample(new RandomStream(seed ^ SALT, i), canvas - 1);
      String text = source.tokenizer().decode(tokens);
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
      boolean ended = tokens.length > 0 && source.tokenizer().isEnd(tokens[tokens.length - 1]);
      texts.add(canvas(encode(tokenizer, text), ended, model.config(), tokenizer));
    }
    return new HeldOut(texts, bytes);
  }

  /** A plain text in windows of the model's context, each scored after its begin token alone. */
  public static HeldOut ofText(String text, LanguageModel model, int mostWindows) {
    Tokenizer tokenizer = model.tokenizer();
    int[] tokens = encode(tokenizer, text);
    int[] head = begin(tokenizer);
    int body = model.config().contextLength() - head.length;
    List<ScoredText> texts = new ArrayList<>();
    long bytes = 0;
    for (int from = 0; from < tokens.length && texts.size() < mostWindows; from += body) {
      int[] part = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + body));
      if (head.length == 0 && part.length < 2) {
        break; // its only token has nothing before it to be predicted from
      }
      int given = Math.max(1, head.length);
      int[] window = SampleQuality.joined(head, part);
      texts.add(new ScoredText(window, given, window.length - given));
      int[] scored = Arrays.copyOfRange(window, given, window.length);
      bytes += tokenizer.decode(scored).getBytes(StandardCharsets.UTF_8).length;
    }
    if (texts.isEmpty()) {
      throw new UsageException("the text is too short: it needs at least two tokens");
    }
    return new HeldOut(texts, bytes);
  }

  /**
   * A plain text in overlapping windows: each answers for {@code stride} tokens, with as many
   * tokens before them as the model's context holds. More context for each token than without
   * overlap, and more work; exact only for models that read left to right.
   *
   * @param stride 0 for windows that do not overlap
   */
  public static HeldOut ofText(String text, LanguageModel model, int mostWindows, int stride) {
    if (stride == 0) {
      return ofText(text, model, mostWindows);
    }
    ModelConfig.Paradigm paradigm = model.config().paradigm();
    if (paradigm != ModelConfig.Paradigm.AUTOREGRESSIVE && paradigm != ModelConfig.Paradigm.ANY) {
      throw new UsageException(
          "--stride needs a model that reads left to right, and '%s' does not; leave it out"
              .formatted(model.name()));
    }
    Tokenizer tokenizer = model.tokenizer();
    int[] tokens = encode(tokenizer, text);
    if (tokens.length < 2) {
      throw new UsageException("the text is too short: it needs at least two tokens");
    }
    int context = Math.min(model.config().contextLength(), tokens.length + 1);
    List<ScoredText> texts =
        ExactLikelihood.windows(tokens, tokenizer.begin(), context, Math.min(stride, context - 1));
    texts = texts.subList(0, Math.min(mostWindows, texts.size()));
    long bytes = 0;
    for (ScoredText window : texts) {
      int[] scored =
          Arrays.copyOfRange(window.tokens(), window.given(), window.given() + window.textTokens());
      bytes += tokenizer.decode(scored).getBytes(StandardCharsets.UTF_8).length;
    }
    return new HeldOut(texts, bytes);
  }

  private static ScoredText canvas(
      int[] story, boolean ended, ModelConfig config, Tokenizer tokenizer) {
    int[] head = begin(tokenizer);
    boolean end = ended && tokenizer.end().isPresent();
    int text = head.length + story.length + (end ? 1 : 0);
    if (text > config.contextLength()) {
      throw new UsageException(
          "a text of %d tokens does not fit the %d positions of the model"
              .formatted(text, config.contextLength()));
    }
    boolean fill = end && config.paradigm() != ModelConfig.Paradigm.AUTOREGRESSIVE;
    int[] tokens = new int[fill ? config.contextLength() : text];
    if (end) {
      Arrays.fill(tokens, tokenizer.end().getAsInt());
    }
    System.arraycopy(head, 0, tokens, 0, head.length);
    System.arraycopy(story, 0, tokens, head.length, story.length);
    int given = Math.max(1, head.length);
    return new ScoredText(tokens, given, text - given);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, false);
  }

  private static int[] begin(Tokenizer tokenizer) {
    return tokenizer.begin().isPresent() ? new int[] {tokenizer.begin().getAsInt()} : new int[0];
  }
}
