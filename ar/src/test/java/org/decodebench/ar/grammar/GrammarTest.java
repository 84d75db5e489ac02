package org.decodebench.ar.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult.Sequence;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.ngram.NgramModel;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GrammarTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Writes printable characters at random, so that the grammar alone makes the text. */
  private static final NgramModel MODEL =
      new NgramModel("noise", List.of(noise()), 1, 259, new ByteTokenizer());

  @TempDir private Path folder;

  private static Stream<Arguments> grammarsAndExpressions() {
    return Stream.of(
        Arguments.of("root ::= (\"ab\" | \"c\")* \"d\"{2,3} [x-z]?", "(ab|c)*d{2,3}[x-z]?"),
        Arguments.of("root ::= a+ | b\na ::= [^a-c]\nb ::= \"a\"? \"b\"{2} .", "[^a-c]+|a?b{2}."),
        Arguments.of("root ::= x{1,} # comment\n  | \"\"\nx ::= (\"a\" x | \"b\")", "((a*b)+|)"),
        Arguments.of("root ::= \"ab\"* [\\x61-\\x62\\]]{0,2}", "(ab)*[ab\\]]{0,2}"));
  }

  @ParameterizedTest
  @MethodSource("grammarsAndExpressions")
  void prefixesAreJudgedAsARegularExpressionJudgesThem(String gbnf, String regex) {
    Grammar grammar = GbnfParser.parse("test", gbnf);
    Pattern pattern = Pattern.compile(regex);
    Random random = new Random(1);
    int possible = 0;
    for (int trial = 0; trial < 2000; trial++) {
      StringBuilder text = new StringBuilder();
      Set<Position> state = Position.start(grammar);
      for (int i = 0; i < 8 && !state.isEmpty(); i++) {
        char c = "abcdxyz]".charAt(random.nextInt(8));
        text.append(c);
        state = Position.advance(grammar, state, c);
        Matcher matcher = pattern.matcher(text);
        boolean matches = matcher.matches();
        assertEquals(matches || viable(pattern, text), !state.isEmpty(), text.toString());
        assertEquals(matches, state.contains(Position.END), text.toString());
        possible += state.isEmpty() ? 0 : 1;
      }
    }
    assertTrue(possible > 500, possible + " possible prefixes");
  }

  /** Whether more characters could make it match. */
  private static boolean viable(Pattern pattern, CharSequence text) {
    Matcher matcher = pattern.matcher(text);
    return !matcher.matches() && matcher.hitEnd();
  }

  @Test
  void everyTextParsesAsJsonOfItsSchema() throws IOException {
    Path schema = folder.resolve("schema.json");
    Files.writeString(
        schema,
        """
        {"type": "object", "required": ["name", "tags"], "additionalProperties": false,
         "properties": {
           "id": {"type": "integer"},
           "name": {"type": "string", "minLength": 1, "maxLength": 6},
           "kind": {"enum": ["a\\"b", 3, null]},
           "tags": {"type": "array", "items": {"type": ["boolean", "number"]}, "maxItems": 3},
           "more": {"anyOf": [{"type": "null"}, {"properties": {"x": {"type": "string"}}}]}}}
        """);
    int ids = 0;
    for (int length : new int[] {30, 60, 200}) {
      for (Sequence sequence : decode("ar:temperature=1,json-schema=" + schema, 12, length)) {
        String text = MODEL.tokenizer().decode(sequence.tokens());
        JsonNode value = JSON.readTree(text);
        assertTrue(value.isObject(), text);
        assertTrue(
            Set.of("id", "name", "kind", "tags", "more").containsAll(value.propertyNames()), text);
        assertTrue(!value.has("id") || value.get("id").isIntegralNumber(), text);
        int characters =
            value.get("name").asString().codePointCount(0, value.get("name").asString().length());
        assertTrue(characters >= 1 && characters <= 6, text);
        assertTrue(value.get("tags").isArray() && value.get("tags").size() <= 3, text);
        value.get("tags").forEach(t -> assertTrue(t.isBoolean() || t.isNumber(), text));
        assertTrue(
            !value.has("kind")
                || Set.of("\"a\\\"b\"", "3", "null").contains(value.get("kind").toString()),
            text);
        assertTrue(
            !value.has("more") || value.get("more").isNull() || value.get("more").isObject(), text);
        ids += value.has("id") ? 1 : 0;
      }
    }
    assertTrue(ids > 2 && ids < 34, ids + " of 36 have the optional id");
  }

  @Test
  void everyTextOfAnExpressionGrammarIsAnExpression() throws IOException {
    Path grammar = folder.resolve("expression.gbnf");
    Files.writeString(
        grammar,
        """
        # sums of products
        root   ::= term (("+" | "-") term)*
        term   ::= factor ("*" factor)*
        factor ::= [0-9]{1,3} | "(" root ")"
        """);
    for (Sequence sequence : decode("ar:temperature=1,grammar=" + grammar, 60, 25)) {
      String text = MODEL.tokenizer().decode(sequence.tokens());
      assertEquals(text.length(), sum(text, 0), text);
    }
  }

  @Test
  void badGrammarsAndSchemasAreNamedWithTheirPlace() throws IOException {
    assertMessage("line 2: expected ')'", "root ::= a\na ::= (\"x\" | \"y\"");
    assertMessage("no rule 'b'", "root ::= b");
    assertMessage("no rule 'root'", "a ::= \"x\"");
    assertMessage("left recursion", "root ::= a \"x\"\na ::= \"\" root");
    assertMessage("never comes to an end", "root ::= \"x\" root");
    assertMessage("given twice", "root ::= \"x\"\nroot ::= \"y\"");
    assertMessage("line 1: expected {m}", "root ::= \"x\"{3,2}");
    Path schema = folder.resolve("bad.json");
    Files.writeString(schema, "{\"type\": \"string\", \"pattern\": \"a+\"}");
    UsageException e = assertThrows(UsageException.class, () -> GrammarFiles.jsonSchema(schema));
    assertTrue(e.getMessage().contains("'pattern' is not supported"), e.getMessage());
    Path longText = folder.resolve("long.gbnf");
    Files.writeString(longText, "root ::= \"a\"{50}");
    e = assertThrows(UsageException.class, () -> decode("ar:grammar=" + longText, 1, 20));
    assertTrue(e.getMessage().contains("50 tokens"), e.getMessage());
  }

  private static void assertMessage(String part, String gbnf) {
    UsageException e =
        assertThrows(UsageException.class, () -> GbnfParser.parse("test.gbnf", gbnf));
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertTrue(e.getMessage().startsWith("test.gbnf"), e.getMessage());
  }

  private static List<Sequence> decode(String spec, int count, int maxNewTokens) {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(new Prompt(i, new int[] {ByteTokenizer.BEGIN}));
    }
    return Decoders.create(spec, reference -> null)
        .decode(new DecodeRequest(MODEL, prompts, maxNewTokens, 5), DecodeListener.NONE)
        .sequences();
  }

  private static int[] noise() {
    StringBuilder text = new StringBuilder();
    for (int c = ' '; c < 127; c++) {
      text.append((char) c);
    }
    text.append("\"\"\"\"{}[]:,,,0123456789truefalsenull()+*-");
    byte[] bytes = text.toString().repeat(20).getBytes(StandardCharsets.US_ASCII);
    int[] tokens = new int[bytes.length + 1];
    tokens[0] = ByteTokenizer.BEGIN;
    for (int i = 0; i < bytes.length; i++) {
      tokens[i + 1] = bytes[i];
    }
    return tokens;
  }

  /** A parser by recursive descent: the end of the sum that begins at {@code at}, or -1. */
  private static int sum(String s, int at) {
    int end = product(s, at);
    while (end >= 0 && end < s.length() && (s.charAt(end) == '+' || s.charAt(end) == '-')) {
      end = product(s, end + 1);
    }
    return end;
  }

  private static int product(String s, int at) {
    int end = factor(s, at);
    while (end >= 0 && end < s.length() && s.charAt(end) == '*') {
      end = factor(s, end + 1);
    }
    return end;
  }

  private static int factor(String s, int at) {
    if (at < s.length() && s.charAt(at) == '(') {
      int end = sum(s, at + 1);
      return end >= 0 && end < s.length() && s.charAt(end) == ')' ? end + 1 : -1;
    }
    int end = at;
    while (end < s.length() && Character.isDigit(s.charAt(end))) {
      end++;
    }
    return end > at && end <= at + 3 ? end : -1;
  }
}
