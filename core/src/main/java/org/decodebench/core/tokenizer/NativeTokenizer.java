package org.decodebench.core.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;

/**
 * A {@code tokenizer.json} run by Hugging Face's own tokenizers library through DJL. The library is
 * native code that comes inside a Maven artifact and is unpacked once into DJL's cache folder;
 * nothing is downloaded.
 */
public final class NativeTokenizer implements Tokenizer {
  static {
    // Without these two DJL looks for a CUDA build to download and reports its use over the
    // network.
    setIfAbsent("RUST_FLAVOR", "cpu");
    setIfAbsent("OPT_OUT_TRACKING", "true");
  }

  /**
   * Texts of the tokens.
   *
   * @param texts by id, null where there is no such token
   * @param special of control tokens
   * @param byteLevel whether texts are written in the byte alphabet
   */
  public record Names(String[] texts, Set<String> special, boolean byteLevel) {}

  private final String file;
  private final HuggingFaceTokenizer tokenizer;
  private final HuggingFaceTokenizer plain;
  private final Names names;
  private final Vocabulary.Edges edges;

  private NativeTokenizer(
      String file,
      HuggingFaceTokenizer tokenizer,
      HuggingFaceTokenizer plain,
      Names names,
      Vocabulary.Edges edges) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.plain = plain;
    this.names = names;
    this.edges = edges;
  }

  /**
   * @param file for messages
   * @param json the tokenizer
   * @param plainJson the same without control tokens, for text in which their names mean nothing
   * @throws UsageException if the library refuses it
   */
  public static NativeTokenizer of(
      String file, String json, String plainJson, Names names, Vocabulary.Edges edges) {
    HuggingFaceTokenizer tokenizer = load(file, json);
    HuggingFaceTokenizer plain = plainJson.equals(json) ? tokenizer : load(file, plainJson);
    return new NativeTokenizer(file, tokenizer, plain, names, edges);
  }

  private static HuggingFaceTokenizer load(String file, String json) {
    Map<String, String> options = Map.of("truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD");
    try (var in = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))) {
      return HuggingFaceTokenizer.newInstance(in, options);
    } catch (IOException | RuntimeException e) {
      throw failed(file, "cannot be used", e);
    }
  }

  private static UsageException failed(String file, String what, Exception e) {
    String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new UsageException("%s: the tokenizer %s: %s".formatted(file, what, why), e);
  }

  private static void setIfAbsent(String property, String value) {
    if (System.getenv(property) == null && System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public int vocabSize() {
    return names.texts().length;
  }

  @Override
  public int[] encode(String text, boolean special) {
    long[] ids;
    try {
      ids = (special ? tokenizer : plain).encode(text, special, false).getIds();
    } catch (RuntimeException e) {
      throw failed(file, "cannot encode", e);
    }
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public String decode(int[] ids) {
    long[] known = Arrays.stream(ids).filter(this::known).asLongStream().toArray();
    try {
      return known.length == 0 ? "" : tokenizer.decode(known, true);
    } catch (RuntimeException e) {
      throw failed(file, "cannot decode", e);
    }
  }

  private boolean known(int id) {
    return id >= 0 && id < names.texts().length && names.texts()[id] != null;
  }

  @Override
  public String piece(int id) {
    if (!known(id)) {
      return "";
    }
    String text = names.texts()[id];
    if (names.special().contains(text)) {
      return text;
    }
    if (names.byteLevel()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ByteAlphabet.write(text, bytes);
      return bytes.toString(StandardCharsets.UTF_8);
    }
    return text.replace('\u2581', ' ');
  }

  @Override
  public OptionalInt begin() {
    return edges.begin();
  }

  @Override
  public boolean isEnd(int id) {
    return edges.ends().contains(id);
  }

  @Override
  public OptionalInt end() {
    return edges.end();
  }
}
