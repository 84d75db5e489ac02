package org.decodebench.core.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the names of tokens in a text: leftmost first, the longest of those that start there. */
final class SpecialTokens {

  /** A piece of a text: plain text, or a token's name. */
  sealed interface Piece {
    record Text(String text) implements Piece {}

    record Token(int id) implements Piece {}
  }

  private record Named(String text, int id) {}

  /** By first character, longest first. */
  private final Map<Character, List<Named>> byStart = new HashMap<>();

  SpecialTokens(Map<String, Integer> tokens) {
    tokens.forEach((text, id) -> {
      if (!text.isEmpty()) {
        byStart.computeIfAbsent(text.charAt(0), c -> new ArrayList<>()).add(new Named(text, id));
      }
    });
    Comparator<Named> longestFirst = Comparator.comparingInt(n -> -n.text().length());
    byStart.values().forEach(list -> list.sort(longestFirst.thenComparing(Named::text)));
  }

  /** The pieces of a text in order; no empty text among them. */
  List<Piece> split(String text) {
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    int at = 0;
    while (at < text.length()) {
      Named found = at(text, at);
      if (found == null) {
        at++;
        continue;
      }
      if (at > from) {
        pieces.add(new Piece.Text(text.substring(from, at)));
      }
      pieces.add(new Piece.Token(found.id()));
      at += found.text().length();
      from = at;
    }
    if (from < text.length()) {
      pieces.add(new Piece.Text(text.substring(from)));
    }
    return pieces;
  }

  private Named at(String text, int at) {
    List<Named> candidates = byStart.get(text.charAt(at));
    if (candidates != null) {
      for (Named n : candidates) {
        if (text.startsWith(n.text(), at)) {
          return n;
        }
      }
    }
    return null;
  }
}
