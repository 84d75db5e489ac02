package org.decodebench.core.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How byte-level BPE cuts a text into words before merging: GGUF names these by {@code
 * tokenizer.ggml.pre}. Each expression cuts the pieces that the one before left; what matches
 * nothing stays as a piece of its own. The expressions are the published ones of each vocabulary.
 */
public enum PreTokenizer {
  DEFAULT(
      List.of("default"),
      false,
      "[\\p{P}$+<=>^~|]+",
      Expressions.GPT2,
      "\\p{N}+",
      "[0-9][0-9][0-9]"),
  GPT_2(List.of("gpt-2", "mpt", "olmo", "jais", "phi-2"), false, Expressions.GPT2),
  LLAMA_BPE(
      List.of("llama-bpe", "llama3", "llama-v3", "smaug-bpe", "dbrx"),
      true,
      Expressions.CONTRACTION
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + Expressions.SYMBOLS_AND_SPACE),
  QWEN2(
      List.of("qwen2", "deepseek-r1-qwen", "stablelm2", "qwen35"),
      false,
      Expressions.CONTRACTION
          + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + Expressions.SYMBOLS_AND_SPACE),
  SMOLLM(List.of("smollm"), false, "\\p{N}", Expressions.GPT2),
  FALCON(List.of("falcon"), false, "[\\p{P}$+<=>^~|`]+", Expressions.GPT2, "[0-9][0-9][0-9]"),
  STARCODER(
      List.of("starcoder", "refact", "command-r", "codeshell"), false, "\\p{N}", Expressions.GPT2),
  DEEPSEEK_LLM(
      List.of("deepseek-llm"),
      false,
      "[\\r\\n]",
      "\\s?[" + Expressions.CASED_LETTERS + "]+",
      "\\s?[!-/:-~\\x{FF01}-\\x{FF0F}\\x{FF1A}-\\x{FF5E}\\x{2018}-\\x{201F}\\x{3000}-\\x{3002}]+",
      "\\s+\\z",
      Expressions.CJK,
      "\\p{N}+"),
  DEEPSEEK_CODER(
      List.of("deepseek-coder"),
      false,
      "[\\r\\n]",
      "\\s?\\p{L}+",
      "\\s?\\p{P}+",
      Expressions.CJK,
      "\\p{N}");

  /** Parts that several share. */
  private static final class Expressions {
    static final String GPT2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)";

    /** In either case, ASCII only: with Unicode case folding a long s would count as an s. */
    static final String CONTRACTION = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

    static final String SYMBOLS_AND_SPACE =
        "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    static final String CJK = "[\\x{4E00}-\\x{9FA5}\\x{800}-\\x{4E00}\\x{AC00}-\\x{D7FF}]+";

    /** The list that DeepSeek's vocabulary gives; not quite a Unicode category. */
    static final String CASED_LETTERS =
        "A-Za-z\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{1BA}\\x{1BC}-\\x{1BF}"
            + "\\x{1C4}-\\x{293}\\x{295}-\\x{2AF}\\x{370}-\\x{373}\\x{376}\\x{377}"
            + "\\x{37B}-\\x{37D}\\x{37F}\\x{386}\\x{388}-\\x{38A}\\x{38C}\\x{38E}-\\x{3A1}"
            + "\\x{3A3}-\\x{3F5}\\x{3F7}-\\x{481}\\x{48A}-\\x{52F}\\x{531}-\\x{556}"
            + "\\x{10A0}-\\x{10C5}\\x{13A0}-\\x{13F5}\\x{13F8}-\\x{13FD}\\x{1C90}-\\x{1CBA}"
            + "\\x{1CBD}-\\x{1CBF}\\x{1D00}-\\x{1D2B}\\x{1D6B}-\\x{1D77}\\x{1D79}-\\x{1D9A}"
            + "\\x{1E00}-\\x{1F15}\\x{1F18}-\\x{1F1D}\\x{1F20}-\\x{1F45}\\x{1F48}-\\x{1F4D}"
            + "\\x{1F50}-\\x{1F57}\\x{1F59}\\x{1F5B}\\x{1F5D}\\x{1F5F}-\\x{1F7D}"
            + "\\x{1F80}-\\x{1FB4}\\x{1FB6}-\\x{1FBC}\\x{1FBE}\\x{1FC2}-\\x{1FC4}"
            + "\\x{1FC6}-\\x{1FCC}\\x{1FD0}-\\x{1FD3}\\x{1FD6}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}"
            + "\\x{1FF2}-\\x{1FF4}\\x{1FF6}-\\x{1FFC}\\x{2102}\\x{2107}\\x{210A}-\\x{2113}"
            + "\\x{2115}\\x{2119}-\\x{211D}\\x{2124}\\x{2126}\\x{2128}\\x{212A}-\\x{212D}"
            + "\\x{212F}-\\x{2134}\\x{2139}\\x{213C}-\\x{213F}\\x{2145}-\\x{2149}\\x{214E}"
            + "\\x{2183}\\x{2184}\\x{2C00}-\\x{2C7B}\\x{2C7E}-\\x{2CE4}\\x{2CEB}-\\x{2CEE}"
            + "\\x{2CF2}\\x{2CF3}\\x{A640}-\\x{A66D}\\x{A680}-\\x{A69B}\\x{A722}-\\x{A76F}"
            + "\\x{A771}-\\x{A787}\\x{A78B}-\\x{A78E}\\x{AB70}-\\x{ABBF}\\x{FB00}-\\x{FB06}"
            + "\\x{FB13}-\\x{FB17}\\x{FF21}-\\x{FF3A}\\x{FF41}-\\x{FF5A}\\x{10400}-\\x{1044F}"
            + "\\x{104B0}-\\x{104D3}\\x{104D8}-\\x{104FB}\\x{10C80}-\\x{10CB2}"
            + "\\x{10CC0}-\\x{10CF2}\\x{118A0}-\\x{118DF}\\x{1E900}-\\x{1E943}";
  }

  private final List<String> names;
  private final boolean wholeWordsFirst;
  private final List<Pattern> patterns;

  PreTokenizer(List<String> names, boolean wholeWordsFirst, String... expressions) {
    this.names = names;
    this.wholeWordsFirst = wholeWordsFirst;
    this.patterns =
        Arrays.stream(expressions)
            .map(e -> Pattern.compile(e, Pattern.UNICODE_CHARACTER_CLASS))
            .toList();
  }

  /** By the name that a GGUF file gives. */
  public static Optional<PreTokenizer> byName(String name) {
    return Arrays.stream(values()).filter(p -> p.names.contains(name)).findFirst();
  }

  /** The name that a GGUF file gives. */
  public String ggufName() {
    return names.getFirst();
  }

  /** All names, for messages. */
  public static String known() {
    return Arrays.stream(values()).map(p -> p.names.getFirst()).collect(Collectors.joining(", "));
  }

  /** Whether a word that is a token as it stands is taken without merging. */
  boolean wholeWordsFirst() {
    return wholeWordsFirst;
  }

  /** The words of a text; concatenated they are the text. */
  List<String> split(String text) {
    List<int[]> pieces = new ArrayList<>();
    pieces.add(new int[] {0, text.length()});
    for (Pattern pattern : patterns) {
      pieces = split(text, pattern, pieces);
    }
    return pieces.stream().map(p -> text.substring(p[0], p[1])).toList();
  }

  private static List<int[]> split(String text, Pattern pattern, List<int[]> pieces) {
    List<int[]> finer = new ArrayList<>(pieces.size() * 2);
    Matcher matcher = pattern.matcher(text);
    for (int[] piece : pieces) {
      int from = piece[0];
      // A region hides what lies outside, also from lookahead.
      matcher.region(piece[0], piece[1]);
      while (matcher.find()) {
        if (matcher.start() > from) {
          finer.add(new int[] {from, matcher.start()});
        }
        if (matcher.end() > matcher.start()) {
          finer.add(new int[] {matcher.start(), matcher.end()});
        }
        from = matcher.end();
      }
      if (piece[1] > from) {
        finer.add(new int[] {from, piece[1]});
      }
    }
    return finer;
  }
}
