package org.decodebench.core.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Tokens of a checkpoint: their texts, their kinds, and which of them begin and end a text. */
public final class Vocabulary {

  /** What a token is, numbered as GGUF does from 1. */
  public enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /**
   * What stands around a text.
   *
   * @param begin the begin token, if there is one
   * @param ends tokens that end a text
   * @param end the first of them, if there is one
   * @param addBegin whether the model wants the begin token before a text
   * @param addEnd whether it wants an end token after it
   */
  public record Edges(
      OptionalInt begin, Set<Integer> ends, OptionalInt end, boolean addBegin, boolean addEnd) {

    public Edges {
      ends = Set.copyOf(ends);
    }
  }

  private static final Kind[] KINDS = Kind.values();

  private final String[] texts;
  private final byte[] kinds;
  private final Edges edges;
  private final Map<String, Integer> ids;
  private final SpecialTokens always;
  private final SpecialTokens special;

  /**
   * @param texts by id
   * @param kinds by id
   */
  public Vocabulary(String[] texts, Kind[] kinds, Edges edges) {
    this.texts = texts;
    this.edges = edges;
    this.kinds = new byte[texts.length];
    this.ids = HashMap.newHashMap(texts.length);
    Map<String, Integer> userDefined = new HashMap<>();
    Map<String, Integer> named = new HashMap<>();
    for (int id = 0; id < texts.length; id++) {
      this.kinds[id] = (byte) kinds[id].ordinal();
      ids.put(texts[id], id);
      switch (kinds[id]) {
        case USER_DEFINED -> {
          userDefined.put(texts[id], id);
          named.put(texts[id], id);
        }
        case CONTROL, UNKNOWN -> named.put(texts[id], id);
        case NORMAL, UNUSED, BYTE -> {}
      }
    }
    this.always = new SpecialTokens(userDefined);
    this.special = new SpecialTokens(named);
  }

  int size() {
    return texts.length;
  }

  /** A model's logits may be wider than its vocabulary; such ids have an empty text. */
  String text(int id) {
    return known(id) ? texts[id] : "";
  }

  Kind kind(int id) {
    return known(id) ? KINDS[kinds[id]] : Kind.UNUSED;
  }

  private boolean known(int id) {
    return id >= 0 && id < texts.length;
  }

  Edges edges() {
    return edges;
  }

  /** The token with this text, or -1. */
  int id(String text) {
    return ids.getOrDefault(text, -1);
  }

  /** Whether a token stands for no text of its own. */
  boolean silent(int id) {
    Kind kind = kind(id);
    return kind == Kind.CONTROL || kind == Kind.UNKNOWN;
  }

  /**
   * The names to look for in a text before anything else.
   *
   * @param withSpecial control tokens too; user-defined ones are always looked for
   */
  SpecialTokens named(boolean withSpecial) {
    return withSpecial ? special : always;
  }

  /** Ids of tokens with one of these texts that are no ordinary text. */
  public static Set<Integer> controlsNamed(String[] texts, Kind[] kinds, Set<String> names) {
    Set<Integer> found = new TreeSet<>();
    for (int id = 0; id < texts.length; id++) {
      if (kinds[id] != Kind.NORMAL && names.contains(texts[id])) {
        found.add(id);
      }
    }
    return found;
  }
}
