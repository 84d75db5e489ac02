package org.decodebench.ar.grammar;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.decodebench.ar.TokenTexts;
import org.decodebench.ar.grammar.Grammar.Chars;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.LogitsProcessor;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Takes out every token after which the generated text could not be completed under the grammar,
 * and the end tokens as long as it is not complete. A token must also leave room: where the
 * vocabulary has single characters to write the shortest completion with, only tokens stay after
 * which it still fits into the tokens left, so that the text is complete when they run out.
 *
 * <p>Tokens that are a part of a character (bytes) are never chosen.
 */
public final class GrammarProcessor implements LogitsProcessor {
  private static final int KEPT = 1024;

  private final Grammar grammar;
  private final int maxNewTokens;
  private final TokenTexts texts;
  private final TokenTrie first;
  private final TokenTrie later;
  private final int[] ends;
  private final int[] singles;
  private final int[] least;

  /** States after texts seen lately: a text's next state is one step from its own. */
  private final Map<List<Integer>, Set<Position>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Integer>, Set<Position>> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @throws UsageException if the tokenizer has no end token, or the shortest text of the grammar
   *     is longer than the tokens asked for
   */
  public GrammarProcessor(Grammar grammar, Tokenizer tokenizer, int maxNewTokens) {
    this.grammar = grammar;
    this.maxNewTokens = maxNewTokens;
    texts = new TokenTexts(tokenizer);
    first = TokenTrie.of(texts, true);
    later = TokenTrie.of(texts, false);
    ends = IntStream.range(0, texts.size()).filter(tokenizer::isEnd).toArray();
    singles =
        later.next.entrySet().stream()
            .filter(e -> !e.getValue().tokens.isEmpty())
            .mapToInt(Map.Entry::getKey)
            .toArray();
    least = grammar.minima(this::writable);
    if (ends.length == 0) {
      throw new UsageException(
          "%s: the model has no end token, so a text that follows a grammar could not end"
              .formatted(grammar.name()));
    }
    if (least[0] < Grammar.ENDLESS && least[0] > maxNewTokens) {
      throw new UsageException(
          "%s: the shortest text of the grammar may take %d tokens, but %d are asked for"
              .formatted(grammar.name(), least[0], maxNewTokens));
    }
  }

  private boolean writable(Chars chars) {
    return Arrays.stream(singles).anyMatch(chars::matches);
  }

  @Override
  public void process(double[] logits, History history) {
    List<Integer> generated =
        IntStream.range(history.prompt(), history.length())
            .mapToObj(i -> history.tokens()[i])
            .collect(Collectors.toList());
    Set<Position> state = state(generated);
    boolean[] allowed = new boolean[logits.length];
    int room = maxNewTokens - generated.size() - 1;
    allow(generated.isEmpty() ? first : later, state, room, allowed);
    for (int end : ends) {
      allowed[end] = state.contains(Position.END);
    }
    for (int v = 0; v < logits.length; v++) {
      if (!allowed[v]) {
        logits[v] = Double.NEGATIVE_INFINITY;
      }
    }
  }

  private void allow(TokenTrie node, Set<Position> state, int room, boolean[] allowed) {
    if (!node.tokens.isEmpty() && fits(state, room)) {
      node.tokens.forEach(token -> allowed[token] = true);
    }
    node.next.forEach((character, child) -> {
      Set<Position> after = Position.advance(grammar, state, character);
      if (!after.isEmpty()) {
        allow(child, after, room, allowed);
      }
    });
  }

  private boolean fits(Set<Position> state, int room) {
    int shortest = Grammar.ENDLESS;
    for (Position position : state) {
      shortest = Math.min(shortest, position.remaining(least, this::writable));
    }
    return shortest <= room || least[0] >= Grammar.ENDLESS;
  }

  private Set<Position> state(List<Integer> generated) {
    if (generated.isEmpty()) {
      return Position.start(grammar);
    }
    Set<Position> state = known.get(generated);
    if (state == null) {
      int last = generated.getLast();
      state = state(generated.subList(0, generated.size() - 1));
      String text = last < texts.size() ? texts.text(last, generated.size() == 1) : "";
      for (int c : text.codePoints().toArray()) {
        state = Position.advance(grammar, state, c);
      }
      known.put(List.copyOf(generated), state);
    }
    return state;
  }
}
