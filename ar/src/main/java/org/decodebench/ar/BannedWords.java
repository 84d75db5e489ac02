package org.decodebench.ar;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.LogitsProcessor;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Takes out every token that would complete a banned string in the generated text, whatever tokens
 * it is divided into. ({@code bad_words_ids} of Hugging Face Transformers bans one spelling in ids
 * and lets all others through.)
 */
final class BannedWords implements LogitsProcessor {
  private final List<String> words;
  private final Tokenizer tokenizer;
  private final TokenTexts texts;
  private final int longest;

  BannedWords(List<String> words, Tokenizer tokenizer, TokenTexts texts) {
    this.words = words;
    this.tokenizer = tokenizer;
    this.texts = texts;
    longest = words.stream().mapToInt(String::length).max().orElse(0);
  }

  @Override
  public void process(double[] logits, History history) {
    int[] generated = Arrays.copyOfRange(history.tokens(), history.prompt(), history.length());
    String text = tokenizer.decode(generated);
    String tail = text.substring(Math.max(0, text.length() - longest + 1));
    for (int v = 0; v < Math.min(logits.length, texts.size()); v++) {
      String more = texts.text(v, generated.length == 0);
      if (completes(TokenTexts.whole(more) ? tail + more : decodeWith(generated, v))) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private boolean completes(String text) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** The long way, for a token that may complete a character of several bytes. */
  private String decodeWith(int[] generated, int token) {
    int[] with = Arrays.copyOf(generated, generated.length + 1);
    with[generated.length] = token;
    String text = tokenizer.decode(with);
    return text.substring(Math.max(0, text.length() - longest - 1));
  }
}
