package org.decodebench.reports.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;

/** A model's likelihood of a text or of a source's texts, one figure a line, its name first. */
public final class PerplexityReport {
  private static final int TEXTS_OF_SOURCE = 100;

  private final ModelLoader models;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param text file; null if {@code source} is given
   * @param source null if {@code text} is given
   * @param method null for the model's default
   * @param samples 0 for the method's default
   * @param maxSequences 0 for all of a file, 100 of a source
   * @param stride tokens that a window of a text answers for, with those before it as context; 0
   *     for windows that do not overlap
   */
  public record Request(
      String model,
      Path text,
      String source,
      String method,
      int samples,
      int maxSequences,
      int stride,
      long seed) {}

  public PerplexityReport(ModelLoader models, PrintStream out, PrintStream err) {
    this.models = models;
    this.out = out;
    this.err = err;
  }

  /**
   * @throws UsageException if there is no such model, file, source or method
   */
  public void run(Request request) {
    String text = request.text() == null ? null : read(request.text());
    Source source = request.source() == null ? null : Sources.byName(request.source());
    LanguageModel model = models.model(request.model());
    HeldOut texts =
        text != null
            ? HeldOut.ofText(
                text,
                model,
                request.maxSequences() == 0 ? Integer.MAX_VALUE : request.maxSequences(),
                request.stride())
            : HeldOut.ofSource(
                source,
                model,
                request.maxSequences() == 0 ? TEXTS_OF_SOURCE : request.maxSequences(),
                request.seed());
    Likelihood likelihood =
        Perplexities.evaluate(
            model, texts, request.method(), request.samples(), request.seed(), this::progress);
    print(likelihood, texts);
    if (source != null) {
      exact(source, model, texts);
    }
  }

  private void progress(long done) {
    // A terminal shows it in place; a log is spared.
    if (System.console() != null && System.console().isTerminal()) {
      err.printf("\r%d texts", done);
    }
  }

  private void print(Likelihood l, HeldOut texts) {
    String how = l.samples() > 0 ? l.method() + ", " + l.samples() + " samples" : l.method();
    line("perplexity", l.perplexity(), l.samples() > 0 ? l.perplexityError() : Double.NaN, how);
    String nats = l.bound() ? "nats, an upper bound" : "nats";
    line(
        "nll_per_token",
        l.natsPerToken(),
        l.samples() > 0 ? l.natsPerTokenError() : Double.NaN,
        nats);
    line("bits_per_byte", l.bitsPerByte(texts.bytes()), Double.NaN, null);
    if (l.correct() >= 0) {
      line("top1_accuracy", (double) l.correct() / l.textTokens(), Double.NaN, null);
    }
    out.println("tokens " + l.textTokens());
    out.println("texts " + texts.texts().size());
  }

  /** What the source itself says of the same texts: no model can be better in the long run. */
  private void exact(Source source, LanguageModel model, HeldOut texts) {
    double nats = 0;
    long tokens = 0;
    SampleQuality quality = new SampleQuality(source, model.tokenizer());
    for (ScoredText t : texts.texts()) {
      int[] all = t.text();
      int[] prompt = Arrays.copyOf(all, t.given());
      int[] output = Arrays.copyOfRange(all, t.given(), all.length);
      for (double surprisal : quality.surprisal(prompt, output)) {
        nats += surprisal;
      }
      tokens += output.length;
    }
    line("source_perplexity", Math.exp(nats / tokens), Double.NaN, "oracle");
  }

  private void line(String name, double value, double error, String how) {
    StringBuilder line = new StringBuilder(name);
    line.append(' ').append(String.format(Locale.ROOT, "%.4f", value));
    if (!Double.isNaN(error)) {
      line.append(String.format(Locale.ROOT, " ± %.4f", error));
    }
    if (how != null) {
      line.append(" (").append(how).append(')');
    }
    out.println(line);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new UsageException("--text %s: not UTF-8".formatted(file), e);
    } catch (IOException e) {
      String why = Files.exists(file) ? "cannot be read" : "no such file";
      throw new UsageException("--text %s: %s".formatted(file, why), e);
    }
  }
}
