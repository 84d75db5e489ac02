package org.decodebench.core.source;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.source.StoryGrammar.Part;

/** Recursive-descent reader of one alternative of a rule; see {@link StoryGrammar} for the form. */
final class StoryBody {

  record Weighted(double weight, Part part) {}

  private final String[] symbols;
  private int at;

  StoryBody(String line) {
    symbols = line.replaceAll("([()|])", " $1 ").strip().split("\\s+");
  }

  /** The whole line. */
  Weighted alternative() {
    Weighted whole = weighted();
    if (at < symbols.length) {
      throw new IllegalArgumentException("unexpected '" + symbols[at] + "'");
    }
    return whole;
  }

  private Weighted weighted() {
    double weight = 1;
    if (at < symbols.length && symbols[at].matches("\\d+")) {
      weight = Double.parseDouble(symbols[at++]);
    }
    List<Part> parts = new ArrayList<>();
    while (at < symbols.length && !symbols[at].equals("|") && !symbols[at].equals(")")) {
      parts.add(part(symbols[at++]));
    }
    return new Weighted(weight, new StoryGrammar.Sequence(parts));
  }

  private Part part(String symbol) {
    String inner = symbol.length() > 2 ? symbol.substring(1, symbol.length() - 1) : "";
    return switch (symbol.charAt(0)) {
      case '(' -> choice();
      case '[' -> draw(inner);
      case '{' ->
          new StoryGrammar.Recall(
              inner.contains(".")
                  ? feature(inner)
                  : new StoryGrammar.Feature(inner, StoryGrammar.WORD));
      case '<' ->
          inner.contains(".")
              ? new StoryGrammar.CallBy(feature(inner))
              : new StoryGrammar.Call(inner);
      default -> new StoryGrammar.Literal(symbol);
    };
  }

  private Part choice() {
    StoryGrammar.Choice choice = new StoryGrammar.Choice(new ArrayList<>(), new ArrayList<>());
    String closing;
    do {
      Weighted alternative = weighted();
      choice.weights().add(alternative.weight());
      choice.alternatives().add(alternative.part());
      closing = symbols[at++];
    } while (closing.equals("|"));
    return choice;
  }

  private static Part draw(String inner) {
    int eq = inner.indexOf('=');
    String slot = eq < 0 ? null : inner.substring(0, eq);
    String from = inner.substring(eq + 1);
    return from.contains(".")
        ? new StoryGrammar.Draw(slot, null, feature(from))
        : new StoryGrammar.Draw(slot, from, null);
  }

  private static StoryGrammar.Feature feature(String text) {
    int dot = text.indexOf('.');
    return new StoryGrammar.Feature(text.substring(0, dot), text.substring(dot + 1));
  }
}
