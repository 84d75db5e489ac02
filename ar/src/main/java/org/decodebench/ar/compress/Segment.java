package org.decodebench.ar.compress;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.Tokenizer;

/** A part of a file: tokens where the tokenizer gives the very bytes back, else the bytes. */
sealed interface Segment {

  record Tokens(int[] ids) implements Segment {}

  record Raw(byte[] bytes) implements Segment {}

  /**
   * Splits data: the whole as tokens if that works, else line by line, neighbours of a kind joined.
   */
  static List<Segment> split(byte[] data, Tokenizer tokenizer) {
    if (data.length == 0) {
      return List.of();
    }
    Optional<Tokens> whole = tokens(data, tokenizer);
    if (whole.isPresent()) {
      return List.of(whole.get());
    }
    List<Segment> segments = new ArrayList<>();
    int start = 0;
    boolean readable = false;
    for (int at = 0; at < data.length; ) {
      int end = lineEnd(data, at);
      boolean good = tokens(Arrays.copyOfRange(data, at, end), tokenizer).isPresent();
      if (good != readable) {
        add(segments, Arrays.copyOfRange(data, start, at), readable, tokenizer);
        start = at;
        readable = good;
      }
      at = end;
    }
    add(segments, Arrays.copyOfRange(data, start, data.length), readable, tokenizer);
    return segments;
  }

  private static void add(
      List<Segment> segments, byte[] bytes, boolean readable, Tokenizer tokenizer) {
    if (bytes.length > 0) {
      Optional<Tokens> tokens = readable ? tokens(bytes, tokenizer) : Optional.empty();
      segments.add(tokens.isPresent() ? tokens.get() : new Raw(bytes));
    }
  }

  private static int lineEnd(byte[] data, int from) {
    int end = from;
    while (end < data.length && data[end] != '\n') {
      end++;
    }
    return Math.min(data.length, end + 1);
  }

  private static Optional<Tokens> tokens(byte[] bytes, Tokenizer tokenizer) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      int[] ids = tokenizer.encode(text, false);
      return Arrays.equals(bytes(ids, tokenizer), bytes)
          ? Optional.of(new Tokens(ids))
          : Optional.empty();
    } catch (CharacterCodingException | UsageException e) {
      // Not text, or not in the tokenizer's words: the bytes themselves then.
      return Optional.empty();
    }
  }

  static byte[] bytes(int[] ids, Tokenizer tokenizer) {
    return tokenizer.decode(ids).getBytes(StandardCharsets.UTF_8);
  }
}
