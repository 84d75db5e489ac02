package org.decodebench.ar;

import java.util.Arrays;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.DecodeResult.Stop;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tokenizer.Tokenizer;

/** A text that grows left to right from a prompt to its stop. */
public final class Continuation {
  private final int[] tokens;
  private final int prompt;
  private final Tokenizer tokenizer;
  private final RandomStream random;
  private final Stops stops;
  private int length;
  private Stop stop;

  /**
   * @param index which prompt of the request
   */
  public Continuation(DecodeRequest request, int index, Stops stops) {
    this.stops = stops;
    DecodeRequest.Prompt given = request.prompts().get(index);
    prompt = given.tokens().length;
    tokens = Arrays.copyOf(given.tokens(), prompt + request.maxNewTokens());
    length = prompt;
    tokenizer = request.model().tokenizer();
    random = new RandomStream(request.seed(), given.stream());
  }

  private Continuation(Continuation other) {
    tokens = other.tokens.clone();
    prompt = other.prompt;
    tokenizer = other.tokenizer;
    random = other.random;
    stops = other.stops;
    length = other.length;
    stop = other.stop;
  }

  /** The same text so far, to go on in another way. */
  public Continuation fork() {
    return new Continuation(this);
  }

  /** Length of the text, prompt included. */
  public int length() {
    return length;
  }

  public int prompt() {
    return prompt;
  }

  /** Number of tokens after the prompt. */
  public int generated() {
    return length - prompt;
  }

  /** Most tokens that may still be appended. */
  public int room() {
    return stop != null ? 0 : tokens.length - length;
  }

  public boolean done() {
    return stop != null;
  }

  /** Ids from position {@code from} to {@code to} (exclusive). */
  public int[] slice(int from, int to) {
    return Arrays.copyOfRange(tokens, from, to);
  }

  /** The text so far; a view that later tokens do not change. */
  public History history() {
    return new History(tokens, length, prompt);
  }

  /** The text so far and {@code drafted} after it, in an array of its own. */
  public int[] with(int[] drafted, int count) {
    int[] text = Arrays.copyOf(tokens, length + count);
    System.arraycopy(drafted, 0, text, length, count);
    return text;
  }

  /**
   * A random number for the token at a position of the text: {@code step} tells apart several draws
   * for one position.
   */
  public double uniform(int position, int step) {
    return random.uniform(position, step);
  }

  /**
   * @throws IllegalStateException if the text has stopped
   */
  public void append(int token) {
    if (stop != null) {
      throw new IllegalStateException("the text has stopped");
    }
    tokens[length++] = token;
    if (tokenizer.isEnd(token)) {
      stop = Stop.END;
    } else if (stops.ids().contains(token) || holdsStopString()) {
      stop = Stop.STOPPED;
    } else if (length == tokens.length) {
      stop = Stop.LENGTH;
    }
  }

  private boolean holdsStopString() {
    if (stops.strings().isEmpty()) {
      return false;
    }
    String text = tokenizer.decode(slice(prompt, length));
    return stops.strings().stream().anyMatch(text::contains);
  }

  public DecodeResult.Sequence result() {
    return new DecodeResult.Sequence(slice(prompt, length), stop);
  }
}
