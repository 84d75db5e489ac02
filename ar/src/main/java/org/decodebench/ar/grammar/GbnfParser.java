package org.decodebench.ar.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.ar.grammar.Grammar.Chars;
import org.decodebench.ar.grammar.Grammar.Element;
import org.decodebench.ar.grammar.Grammar.Ref;
import org.decodebench.ar.grammar.Grammar.Rule;
import org.decodebench.core.UsageException;

/**
 * Reads the GBNF notation of llama.cpp: {@code name ::= alternatives} with {@code "literals"},
 * {@code [classes]}, {@code .}, rule names, {@code (groups)}, {@code | } and the repetitions {@code
 * * + ? {m} {m,} {m,n}}. Comments begin with {@code #}; the rule {@code root} is where a text
 * begins.
 */
final class GbnfParser {
  private static final int MOST_REPEATS = 1000;

  private final String file;
  private final String text;
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final List<Rule> rules = new ArrayList<>();
  private int at;

  private GbnfParser(String file, String text) {
    this.file = file;
    this.text = text;
  }

  /**
   * @param file for messages
   * @throws UsageException naming file, line and what was expected
   */
  static Grammar parse(String file, String text) {
    return new GbnfParser(file, text).grammar();
  }

  private Grammar grammar() {
    number("root");
    for (skip(true); at < text.length(); skip(true)) {
      String name = name();
      skip(false);
      expect("::=");
      List<List<Element>> alternatives = alternatives(false);
      if (rules.get(number(name)) != null) {
        throw bad("rule '" + name + "' is given twice");
      }
      rules.set(number(name), new Rule(name, alternatives));
    }
    numbers.forEach((name, number) -> {
      if (rules.get(number) == null) {
        throw new UsageException("%s: there is no rule '%s'".formatted(file, name));
      }
    });
    return new Grammar(file, rules);
  }

  private int number(String name) {
    return numbers.computeIfAbsent(
        name,
        n -> {
          rules.add(null);
          return rules.size() - 1;
        });
  }

  /** A rule without a name of its own, for groups and repetitions. */
  private Ref fresh(List<List<Element>> alternatives) {
    rules.add(new Rule("(" + rules.size() + ")", alternatives));
    return new Ref(rules.size() - 1);
  }

  private List<List<Element>> alternatives(boolean group) {
    List<List<Element>> alternatives = new ArrayList<>();
    do {
      alternatives.add(sequence(group));
    } while (accept("|", group));
    return alternatives;
  }

  private List<Element> sequence(boolean group) {
    List<Element> sequence = new ArrayList<>();
    for (skip(group); at < text.length(); skip(group)) {
      char c = text.charAt(at);
      List<Element> item;
      if (c == '"') {
        item = literal();
      } else if (c == '[') {
        item = List.of(charClass());
      } else if (c == '.') {
        at++;
        item = List.of(new Chars(new int[0], true));
      } else if (c == '(') {
        at++;
        item = List.of(fresh(alternatives(true)));
        expect(")");
      } else if (isName(c)) {
        item = List.of(new Ref(number(name())));
      } else {
        break;
      }
      sequence.addAll(repeated(item));
    }
    return sequence;
  }

  private List<Element> repeated(List<Element> item) {
    char c = at < text.length() ? text.charAt(at) : ' ';
    return switch (c) {
      case '*' -> repeat(item, 0, -1, 1);
      case '+' -> repeat(item, 1, -1, 1);
      case '?' -> repeat(item, 0, 1, 1);
      case '{' -> counted(item);
      default -> item;
    };
  }

  private List<Element> counted(List<Element> item) {
    int close = text.indexOf('}', at);
    String[] parts = close < 0 ? new String[0] : text.substring(at + 1, close).split(",", -1);
    try {
      int least = Integer.parseInt(parts[0].strip());
      int most =
          parts.length == 1 ? least : parts[1].isBlank() ? -1 : Integer.parseInt(parts[1].strip());
      if (parts.length <= 2
          && least >= 0
          && least <= MOST_REPEATS
          && most <= MOST_REPEATS
          && (most < 0 || most >= least)) {
        return repeat(item, least, most, close + 1 - at);
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // said below
    }
    throw bad("expected {m}, {m,} or {m,n} with numbers up to " + MOST_REPEATS);
  }

  /**
   * @param most -1 for no end
   * @param length of the mark
   */
  private List<Element> repeat(List<Element> item, int least, int most, int length) {
    at += length;
    return repeat(item, least, most);
  }

  private List<Element> repeat(List<Element> item, int least, int most) {
    List<Element> sequence = new ArrayList<>();
    for (int i = 0; i < least; i++) {
      sequence.addAll(item);
    }
    if (most < 0) {
      List<Element> again = new ArrayList<>(item);
      Ref loop = fresh(List.of(again, List.of()));
      again.add(loop);
      sequence.add(loop);
    } else {
      List<Element> rest = List.of();
      for (int i = least; i < most; i++) {
        List<Element> more = new ArrayList<>(item);
        more.addAll(rest);
        rest = List.of(fresh(List.of(more, List.of())));
      }
      sequence.addAll(rest);
    }
    return sequence;
  }

  private List<Element> literal() {
    List<Element> characters = new ArrayList<>();
    for (at++; at < text.length() && text.charAt(at) != '"'; ) {
      characters.add(Chars.of(character()));
    }
    expect("\"");
    return characters.isEmpty() ? List.of(fresh(List.of(List.of()))) : single(characters);
  }

  /** A repetition after a literal repeats all of it. */
  private List<Element> single(List<Element> characters) {
    boolean repeats = at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0;
    return repeats && characters.size() > 1 ? List.of(fresh(List.of(characters))) : characters;
  }

  private Chars charClass() {
    at++;
    boolean negated = at < text.length() && text.charAt(at) == '^';
    at += negated ? 1 : 0;
    List<Integer> ranges = new ArrayList<>();
    while (at < text.length() && text.charAt(at) != ']') {
      int first = character();
      int last = first;
      if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
        at++;
        last = character();
      }
      if (last < first) {
        throw bad("a range that runs backwards");
      }
      ranges.add(first);
      ranges.add(last);
    }
    expect("]");
    return new Chars(ranges.stream().mapToInt(Integer::intValue).toArray(), negated);
  }

  private int character() {
    int c = text.codePointAt(at);
    at += Character.charCount(c);
    if (c == '\n') {
      throw bad("a line end inside quotes or brackets; write \\n");
    }
    if (c != '\\') {
      return c;
    }
    char escape = at < text.length() ? text.charAt(at++) : ' ';
    return switch (escape) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case '\\', '"', '[', ']', '^', '-', '/' -> escape;
      default -> throw bad("unknown escape \\" + escape);
    };
  }

  private int hex(int digits) {
    try {
      int value = Integer.parseInt(text.substring(at, at + digits), 16);
      at += digits;
      return value;
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw bad("expected " + digits + " hexadecimal digits");
    }
  }

  private static boolean isName(char c) {
    return Character.isLetterOrDigit(c) || c == '-' || c == '_';
  }

  private String name() {
    int from = at;
    while (at < text.length() && isName(text.charAt(at))) {
      at++;
    }
    if (at == from) {
      throw bad("expected the name of a rule");
    }
    return text.substring(from, at);
  }

  private void expect(String mark) {
    if (!text.startsWith(mark, at)) {
      throw bad("expected '" + mark + "'");
    }
    at += mark.length();
  }

  /** Takes a mark, also from a later line if a rule could not begin there. */
  private boolean accept(String mark, boolean group) {
    int before = at;
    skip(true);
    if (text.startsWith(mark, at)) {
      at += mark.length();
      return true;
    }
    if (!group) {
      at = before;
    }
    return false;
  }

  /** Skips spaces and comments, and line ends if {@code lines}. */
  private void skip(boolean lines) {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
        at++;
      } else {
        return;
      }
    }
  }

  private UsageException bad(String what) {
    long line =
        text.substring(0, Math.min(at, text.length())).chars().filter(c -> c == '\n').count();
    return new UsageException("%s: line %d: %s".formatted(file, line + 1, what));
  }
}
