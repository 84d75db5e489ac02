package org.decodebench.ar.compress;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import org.decodebench.ar.Windows;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * Codes tokens with a model's next-token probabilities. The encoder evaluates many positions in a
 * forward and the decoder one; row invariance makes their logits the same bits. Texts longer than
 * the context are read in windows that begin anew with half of the last one as context.
 */
final class TokenCoder implements AutoCloseable {
  private static final int MOST_LOGITS = 1 << 22;
  private static final int MOST_POSITIONS = 512;

  private final Session session;
  private final Counts counts;
  private final Counts uniform;
  private final OptionalInt begin;
  private final int length;
  private final int chunk;
  private final LongConsumer progress;

  /**
   * @param progress hears after each forward how many tokens it coded
   */
  TokenCoder(LanguageModel model, LongConsumer progress) {
    int vocab = model.config().vocabSize();
    length = model.config().contextLength();
    session = model.open(length, 1);
    counts = new Counts(vocab);
    uniform = new Counts(vocab);
    uniform.of(new float[vocab], 0);
    begin = model.tokenizer().begin();
    chunk = Math.clamp(MOST_LOGITS / vocab, 1, MOST_POSITIONS);
    this.progress = progress;
  }

  void encode(RangeEncoder encoder, int[] tokens) {
    if (begin.isEmpty()) {
      uniform.encode(encoder, tokens[0]);
    }
    for (Windows.Window window : windows(tokens.length)) {
      int[] text = text(window, tokens);
      int head = text.length - (window.end() - window.start());
      int first = window.from() - window.start() + head;
      session.truncate(0, 0);
      for (int from = 0; from < text.length - 1; ) {
        int to = Math.min(text.length - 1, from + chunk);
        int skip = Math.clamp(first - 1 - from, 0, to - from);
        int[] rows = Arrays.copyOfRange(Run.all(to - from), skip, to - from);
        Logits logits =
            session.forward(Arrays.copyOfRange(text, from, to), from, Attention.CAUSAL, rows);
        session.commit(0, to);
        for (int r = 0; r < rows.length; r++) {
          counts.of(logits.values(), logits.offset(r));
          counts.encode(encoder, text[from + rows[r] + 1]);
        }
        progress.accept(rows.length);
        from = to;
      }
    }
  }

  int[] decode(RangeDecoder decoder, int count) {
    int[] tokens = new int[count];
    if (begin.isEmpty()) {
      tokens[0] = uniform.decode(decoder);
    }
    for (Windows.Window window : windows(count)) {
      session.truncate(0, 0);
      int head = begin.isPresent() ? 1 : 0;
      for (int next = window.from(); next < window.end(); next++) {
        int[] text = text(new Windows.Window(window.start(), window.from(), next), tokens);
        Logits logits = last(text, head + next - window.start());
        counts.of(logits.values(), logits.offset(0));
        tokens[next] = counts.decode(decoder);
        progress.accept(1);
      }
    }
    return tokens;
  }

  /** The row after a text, of which the cache holds a part. */
  private Logits last(int[] text, int to) {
    Logits logits = null;
    for (int from = session.length(0); from < to; from = session.length(0)) {
      int end = Math.min(to, from + chunk);
      int[] rows = end == to ? Run.last(end - from) : Run.none();
      logits = session.forward(Arrays.copyOfRange(text, from, end), from, Attention.CAUSAL, rows);
      session.commit(0, end);
    }
    return logits;
  }

  private Iterable<Windows.Window> windows(int count) {
    return Windows.over(count, begin.isPresent(), length, Math.max(1, length / 2));
  }

  private int[] text(Windows.Window window, int[] tokens) {
    int head = begin.isPresent() ? 1 : 0;
    int[] text = new int[head + window.end() - window.start()];
    begin.ifPresent(id -> text[0] = id);
    System.arraycopy(tokens, window.start(), text, head, text.length - head);
    return text;
  }

  @Override
  public void close() {
    session.close();
  }
}
