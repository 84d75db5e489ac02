package org.decodebench.ar.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decodebench.ar.TokenTexts;

/**
 * The texts of a vocabulary by their characters, so that tokens are judged by shared beginnings.
 */
final class TokenTrie {
  final Map<Integer, TokenTrie> next = new TreeMap<>();
  final List<Integer> tokens = new ArrayList<>();

  /** Tokens without text of their own, or with a part of a character, are left out. */
  static TokenTrie of(TokenTexts texts, boolean atStart) {
    TokenTrie root = new TokenTrie();
    for (int id = 0; id < texts.size(); id++) {
      String text = texts.text(id, atStart);
      if (!text.isEmpty() && TokenTexts.whole(text)) {
        TokenTrie node = root;
        for (int c : text.codePoints().toArray()) {
          node = node.next.computeIfAbsent(c, character -> new TokenTrie());
        }
        node.tokens.add(id);
      }
    }
    return root;
  }
}
