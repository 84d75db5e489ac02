package org.decodebench.reports.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.diffusion.analysis.ErrorDecomposition;

/** The parts of the error of several samplers, as a table and a CSV file. */
public final class ErrorTable {
  private static final int SCHEMA = 1;

  private static final List<String> MASKED =
      List.of(
          "masked-diffusion:order=random",
          "masked-diffusion:order=confidence",
          "masked-diffusion:order=sampled-confidence",
          "masked-diffusion:order=random,steps=2",
          "masked-diffusion:order=confidence,steps=2",
          "masked-diffusion:steps=1",
          "masked-diffusion:threshold=0.7",
          "masked-diffusion:entropy-bound=0.3",
          "masked-diffusion:sampler=ancestral,steps=4",
          "masked-diffusion:block=2,steps=2");

  private final ModelLoader models;
  private final PrintStream out;

  /**
   * @param model reference; null for none
   * @param decoders none for a range of samplers
   * @param csv null for none
   */
  public record Request(String source, String model, List<String> decoders, int length, Path csv) {}

  public ErrorTable(ModelLoader models, PrintStream out) {
    this.models = models;
    this.out = out;
  }

  /**
   * @throws UsageException if the source has no conditionals in any order, or a decoder is none of
   *     diffusion
   */
  public void run(Request request) {
    Source source = Sources.byName(request.source());
    if (!(source instanceof AnyOrderSource truth)) {
      throw new UsageException(
          "source %s does not know its conditionals in any order; use a markov or hmm source, or a"
                  .formatted(source.name())
              + " task");
    }
    Optional<org.decodebench.core.model.LanguageModel> network =
        Optional.ofNullable(request.model()).map(models::model);
    StringBuilder csv =
        new StringBuilder(
            "schema_version,source,length,model,decoder,forwards,sampler_tv,sampler_kl_nats,"
                + "sampler_impossible,network_tv,network_kl_nats,cache_tv,total_tv,total_kl_nats,"
                + "total_impossible\n");
    out.printf(
        Locale.ROOT,
        "%-52s %8s %8s %8s %8s %8s %10s%n",
        "total variation",
        "forwards",
        "sampler",
        "network",
        "cache",
        "total",
        "impossible");
    List<String> decoders = request.decoders().isEmpty() ? MASKED : request.decoders();
    for (String decoder : decoders) {
      ErrorDecomposition e = ErrorDecomposition.of(decoder, network, truth, request.length());
      ErrorDecomposition.Part whole = e.total().orElse(e.sampler());
      out.printf(
          Locale.ROOT,
          "%-52s %8.2f %8s %8s %8s %8s %10s%n",
          e.decoder(),
          e.forwards(),
          number(e.sampler().totalVariation()),
          number(variation(e.network())),
          number(variation(e.cache())),
          number(variation(e.total())),
          number(whole.excluded()));
      out.flush();
      csv.append(row(request, e)).append('\n');
    }
    if (request.csv() != null) {
      write(request.csv(), csv.toString());
    }
  }

  private static String row(Request request, ErrorDecomposition e) {
    return String.join(
        ",",
        String.valueOf(SCHEMA),
        quoted(request.source()),
        String.valueOf(request.length()),
        request.model() == null ? "" : quoted(request.model()),
        quoted(e.decoder()),
        number(e.forwards()),
        number(e.sampler().totalVariation()),
        number(e.sampler().divergence()),
        number(e.sampler().excluded()),
        number(variation(e.network())),
        number(divergence(e.network())),
        number(variation(e.cache())),
        number(variation(e.total())),
        number(divergence(e.total())),
        number(e.total().map(ErrorDecomposition.Part::excluded).orElse(Double.NaN)));
  }

  private static double variation(Optional<ErrorDecomposition.Part> part) {
    return part.map(ErrorDecomposition.Part::totalVariation).orElse(Double.NaN);
  }

  private static double divergence(Optional<ErrorDecomposition.Part> part) {
    return part.map(ErrorDecomposition.Part::divergence).orElse(Double.NaN);
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    // An error of rounding is none.
    return Double.isInfinite(value) ? "inf" : String.format(Locale.ROOT, "%.5f", value);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  private static void write(Path file, String text) {
    try {
      Path partial = file.resolveSibling(file.getFileName() + ".partial");
      Files.writeString(partial, text);
      Files.move(
          partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UsageException("cannot write %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
