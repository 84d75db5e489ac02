package org.decodebench.core.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;

/**
 * A closed vocabulary of lower-case words and the marks {@code . , ? !}, which are tokens of their
 * own. Ids: 0 {@code <begin>}, 1 {@code <end>}, 2 {@code <mask>}, then the words in the order
 * given.
 */
public final class WordTokenizer implements Tokenizer {
  public static final int BEGIN = 0;
  public static final int END = 1;
  public static final int MASK = 2;

  /** How many special tokens come before the first word. */
  public static final int SPECIALS = 3;

  private static final List<String> SPECIAL = List.of("<begin>", "<end>", "<mask>");
  private static final Pattern PIECE = Pattern.compile("<\\w+>|[.,?!]|[^\\s.,?!]+");
  private static final Pattern MARK = Pattern.compile("[.,?!]");
  private static final int SUGGESTIONS = 5;

  private final String[] pieces;
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * @param words without the special tokens, each once
   */
  public WordTokenizer(List<String> words) {
    pieces = Stream.concat(SPECIAL.stream(), words.stream()).toArray(String[]::new);
    for (String piece : pieces) {
      if (ids.put(piece, ids.size()) != null) {
        throw new IllegalArgumentException("word '" + piece + "' is given twice");
      }
    }
  }

  @Override
  public int vocabSize() {
    return pieces.length;
  }

  /**
   * @throws UsageException for a word that is not in the vocabulary
   */
  @Override
  public int[] encode(String text, boolean special) {
    Matcher matcher = PIECE.matcher(text.toLowerCase(Locale.ROOT));
    int[] out = new int[text.length() + 1];
    int n = 0;
    if (special) {
      out[n++] = BEGIN;
    }
    while (matcher.find()) {
      Integer id = ids.get(matcher.group());
      if (id == null || (!special && id < SPECIALS)) {
        throw unknown(matcher.group());
      }
      out[n++] = id;
    }
    return Arrays.copyOf(out, n);
  }

  /** The id of one word, or -1. */
  public int id(String word) {
    return ids.getOrDefault(word, -1);
  }

  @Override
  public String decode(int[] tokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      if (token < SPECIALS) {
        continue;
      }
      String piece = pieces[token];
      if (!text.isEmpty() && !MARK.matcher(piece).matches()) {
        text.append(' ');
      }
      text.append(piece);
    }
    return text.toString();
  }

  @Override
  public String piece(int id) {
    return pieces[id];
  }

  @Override
  public OptionalInt begin() {
    return OptionalInt.of(BEGIN);
  }

  @Override
  public boolean isEnd(int id) {
    return id == END;
  }

  @Override
  public OptionalInt end() {
    return OptionalInt.of(END);
  }

  private UsageException unknown(String word) {
    String near =
        Arrays.stream(pieces)
            .skip(SPECIALS)
            .filter(p -> 2 * distance(word, p) <= word.length())
            .sorted(Comparator.comparingInt(p -> distance(word, p)))
            .limit(SUGGESTIONS)
            .collect(Collectors.joining(", "));
    return new UsageException(
        "'%s' is not among the %d words of this vocabulary; %s"
            .formatted(
                word,
                pieces.length - SPECIALS,
                near.isEmpty()
                    ? "it has "
                        + Arrays.stream(pieces)
                            .skip(SPECIALS)
                            .filter(p -> p.length() > 2)
                            .limit(SUGGESTIONS)
                            .collect(Collectors.joining(", "))
                        + " and others"
                    : "near it are: " + near));
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
