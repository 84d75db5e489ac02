package org.decodebench.core.ngram;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.UsageException;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tokenizer.ByteTokenizer;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * N-gram models by reference: {@code ngram:DATA} or {@code ngram:DATA:ORDER}, where the data are a
 * source's name (texts are drawn from it) or a UTF-8 text file (read in bytes). They are counted
 * anew each time, which takes seconds.
 */
public final class NgramModels {
  public static final String PREFIX = "ngram:";

  /** Default orders: words need fewer than bytes. */
  private static final int WORD_ORDER = 4;

  private static final int BYTE_ORDER = 6;

  private static final int SOURCE_TEXTS = 20_000;
  private static final int LONGEST_TEXT = 256;

  /** Of the training texts; whoever evaluates draws with other seeds. */
  private static final long SEED = 0x6E_67_72_61_6DL;

  private NgramModels() {}

  public static boolean isReference(String reference) {
    return reference.startsWith(PREFIX);
  }

  /**
   * @throws UsageException if the data or the order make no sense
   */
  public static NgramModel load(String reference) {
    String data = reference.substring(PREFIX.length());
    int colon = data.lastIndexOf(':');
    int order = 0;
    if (colon > 0 && data.substring(colon + 1).matches("\\d{1,4}")) {
      order = Integer.parseInt(data.substring(colon + 1));
      data = data.substring(0, colon);
    }
    return isSource(data)
        ? ofSource(reference, Sources.byName(data), order == 0 ? WORD_ORDER : order)
        : ofBytes(reference, Path.of(data), order == 0 ? BYTE_ORDER : order);
  }

  private static boolean isSource(String data) {
    return Sources.names().stream().anyMatch(n -> data.equals(n) || data.startsWith(n + ":"));
  }

  private static NgramModel ofSource(String name, Source source, int order) {
    OptionalInt begin = source.tokenizer().begin();
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < SOURCE_TEXTS; i++) {
      texts.add(after(begin, source.sample(new RandomStream(SEED, i), LONGEST_TEXT)));
    }
    return new NgramModel(name, texts, order, source.vocabSize(), source.tokenizer());
  }

  private static NgramModel ofBytes(String name, Path file, int order) {
    Tokenizer tokenizer = new ByteTokenizer();
    return ofText(name, file, order, tokenizer, tokenizer.vocabSize());
  }

  /**
   * Counts a text file in a model's own tokens, so that the table can draft for it.
   *
   * @param vocab size of that model's rows of logits
   * @throws UsageException if the file cannot be read
   */
  public static NgramModel ofText(
      String name, Path file, int order, Tokenizer tokenizer, int vocab) {
    try {
      String text = Files.readString(file);
      return new NgramModel(
          name,
          List.of(after(tokenizer.begin(), tokenizer.encode(text, false))),
          order,
          vocab,
          tokenizer);
    } catch (MalformedInputException e) {
      throw new UsageException("%s: the text is not UTF-8".formatted(file), e);
    } catch (IOException | UncheckedIOException e) {
      throw new UsageException(
          "cannot read the text %s; an n-gram model is ngram:SOURCE or ngram:FILE, then :ORDER if wanted (sources: %s)"
              .formatted(file, String.join(", ", Sources.names())),
          e);
    }
  }

  private static int[] after(OptionalInt begin, int[] text) {
    if (begin.isEmpty()) {
      return text;
    }
    int[] whole = new int[text.length + 1];
    whole[0] = begin.getAsInt();
    System.arraycopy(text, 0, whole, 1, text.length);
    return whole;
  }
}
