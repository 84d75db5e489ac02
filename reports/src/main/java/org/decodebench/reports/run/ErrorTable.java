package org.decodebench.reports.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.OracleModel;
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
          "masked-diffusion:block=2,steps=2",
          "masked-diffusion:block=2,cache=dual");

  private static final List<String> BLOCKS =
      List.of(
          "block-diffusion:order=random",
          "block-diffusion:order=confidence",
          "block-diffusion:order=sampled-confidence",
          "block-diffusion:order=random,steps=2",
          "block-diffusion:threshold=0.9",
          "block-diffusion:entropy-bound=0.1",
          "block-diffusion:steps=1");

  private final ModelLoader models;
  private final PrintStream out;
  private final PrintStream notes;
  private final SpeedTurns turns;

  /**
   * @param model reference; null for none
   * @param decoders none for a range of samplers
   * @param samples texts a sampler where they are too long to enumerate; 0 to enumerate
   * @param csv null for none
   * @param figure null for none
   */
  public record Request(
      String source,
      String model,
      List<String> decoders,
      int length,
      int samples,
      Path csv,
      Path figure) {}

  /**
   * @param out the table
   * @param notes how far it is
   */
  public ErrorTable(ModelLoader models, PrintStream out, PrintStream notes) {
    this(models, out, notes, new SpeedTurns());
  }

  ErrorTable(ModelLoader models, PrintStream out, PrintStream notes, SpeedTurns turns) {
    this.models = models;
    this.out = out;
    this.notes = notes;
    this.turns = turns;
  }

  /**
   * @throws UsageException if the source has no conditionals in any order, or a decoder is none of
   *     diffusion
   */
  public void run(Request request) {
    Source source = Sources.byName(request.source());
    boolean anyOrder = source instanceof AnyOrderSource;
    if (!anyOrder && (request.samples() == 0 || request.model() == null)) {
      throw new UsageException(
          "source %s does not know its conditionals in any order, so only a --model with --samples N can be asked; or use a markov or hmm source, or a task"
              .formatted(source.name()));
    }
    Optional<LanguageModel> network = Optional.ofNullable(request.model()).map(models::model);
    List<String> decoders =
        request.decoders().isEmpty() ? range(request, network) : request.decoders();
    if (request.samples() > 0) {
      estimate(request, source, network, decoders);
    } else {
      enumerate(request, (AnyOrderSource) source, network, decoders);
    }
  }

  /** A range of samplers that suits the model and the length. */
  private static List<String> range(Request request, Optional<LanguageModel> network) {
    boolean blocks =
        network.isPresent()
            && network.get().config().paradigm() == ModelConfig.Paradigm.BLOCK_DIFFUSION;
    if (blocks) {
      return BLOCKS;
    }
    return request.samples() > 0 ? longMasked(request.length()) : MASKED;
  }

  /** Steps from all at once to one position a step: errors against steps. */
  private static List<String> longMasked(int length) {
    List<String> decoders = new ArrayList<>();
    for (int steps = 1; steps < length; steps *= 2) {
      decoders.add("masked-diffusion:order=random,steps=" + steps);
    }
    decoders.add("masked-diffusion:order=random");
    decoders.addAll(
        List.of(
            "masked-diffusion:threshold=0.9",
            "masked-diffusion:entropy-bound=0.1",
            "masked-diffusion:sampler=ancestral,steps=" + Math.max(2, length / 2),
            "masked-diffusion:block=8,threshold=0.9",
            "masked-diffusion:block=8,threshold=0.9,cache=dual",
            "masked-diffusion:block=8,threshold=0.9,cache=prefix"));
    return decoders;
  }

  private void estimate(
      Request request, Source source, Optional<LanguageModel> network, List<String> decoders) {
    ErrorEstimates estimates = new ErrorEstimates(source, request.length(), request.samples());
    StringBuilder csv = new StringBuilder(ErrorEstimates.CSV).append('\n');
    List<ErrorFigure.Point> points = new ArrayList<>();
    List<ErrorEstimates.Row> rows = new ArrayList<>();
    for (String decoder : decoders) {
      note(rows.size(), decoders);
      rows.add(estimates.of(decoder, network));
    }
    List<String> specs = rows.stream().map(ErrorEstimates.Row::decoder).toList();
    List<Double> speeds = speeds(request, source, network, specs);
    ErrorEstimates.heading(out, request.samples());
    for (int i = 0; i < rows.size(); i++) {
      ErrorEstimates.Row row = rows.get(i);
      ErrorEstimates.print(out, row, speeds.get(i));
      csv.append(head(request, row.decoder()))
          .append(',')
          .append(ErrorEstimates.csv(row, request.samples(), speeds.get(i)))
          .append('\n');
      points.add(
          new ErrorFigure.Point(
              row.decoder(),
              speeds.get(i),
              share(row.sampler()),
              share(row.network()),
              row.flipped().map(OptionalDouble::of).orElse(OptionalDouble.empty()),
              share(row.total())));
    }
    save(request, csv, "share of impossible texts (cache: of changed tokens)", points);
  }

  private static OptionalDouble share(Optional<ErrorEstimates.Rate> rate) {
    return rate.map(r -> OptionalDouble.of(r.sequence())).orElse(OptionalDouble.empty());
  }

  private void enumerate(
      Request request,
      AnyOrderSource truth,
      Optional<LanguageModel> network,
      List<String> decoders) {
    StringBuilder csv =
        new StringBuilder(
            "schema_version,source,length,model,decoder,forwards,sampler_tv,sampler_kl_nats,"
                + "sampler_impossible,network_tv,network_kl_nats,cache_tv,total_tv,total_kl_nats,"
                + "total_impossible,tokens_per_s\n");
    List<ErrorFigure.Point> points = new ArrayList<>();
    List<ErrorDecomposition> rows = new ArrayList<>();
    for (String decoder : decoders) {
      note(rows.size(), decoders);
      rows.add(ErrorDecomposition.of(decoder, network, truth, request.length()));
    }
    List<String> specs = rows.stream().map(ErrorDecomposition::decoder).toList();
    List<Double> speeds = speeds(request, truth, network, specs);
    out.printf(
        Locale.ROOT,
        "%-66s %8s %9s %8s %8s %8s %8s %10s%n",
        "total variation",
        "forwards",
        "tokens/s",
        "sampler",
        "network",
        "cache",
        "total",
        "impossible");
    for (int i = 0; i < rows.size(); i++) {
      ErrorDecomposition e = rows.get(i);
      ErrorDecomposition.Part whole = e.total().orElse(e.sampler());
      out.printf(
          Locale.ROOT,
          "%-66s %8.2f %9.0f %8s %8s %8s %8s %10s%n",
          e.decoder(),
          e.forwards(),
          speeds.get(i),
          number(e.sampler().totalVariation()),
          shown(e.network()),
          shown(e.cache()),
          shown(e.total()),
          number(whole.excluded()));
      out.flush();
      csv.append(row(request, e, speeds.get(i))).append('\n');
      points.add(
          new ErrorFigure.Point(
              e.decoder(),
              speeds.get(i),
              OptionalDouble.of(e.sampler().totalVariation()),
              optional(e.network()),
              optional(e.cache()),
              optional(e.total())));
    }
    save(request, csv, "total variation", points);
  }

  private void note(int done, List<String> decoders) {
    notes.printf("[%d/%d] %s%n", done + 1, decoders.size(), decoders.get(done));
  }

  /** Of the network where there is one, else of the exact conditionals. */
  private List<Double> speeds(
      Request request, Source source, Optional<LanguageModel> network, List<String> decoders) {
    LanguageModel model = network.orElseGet(() -> OracleModel.diffusion((AnyOrderSource) source));
    int[] begin = {source.tokenizer().begin().orElseThrow()};
    notes.println("speeds, in turns");
    SpeedTurns.Speeds speeds =
        turns.of(decoders.stream().map(d -> decode(d, model, begin, request.length())).toList());
    if (!speeds.settled()) {
      notes.println("tokens/s: the times had not settled when warm-up ended");
    }
    return speeds.tokensPerS();
  }

  private static SpeedTurns.Decode decode(
      String spec, LanguageModel model, int[] begin, int length) {
    Decoder decoder = decoder(spec, model);
    return seed ->
        decoder
            .decode(DecodeRequest.of(model, begin.clone(), length, seed), DecodeListener.NONE)
            .sequences()
            .getFirst()
            .tokens()
            .length;
  }

  static Decoder decoder(String spec, LanguageModel model) {
    Decoder decoder =
        Decoders.create(
            spec,
            reference -> {
              throw new UsageException("decoder " + spec + " needs a further model");
            });
    decoder.check(model);
    return decoder;
  }

  private static String shown(Optional<ErrorDecomposition.Part> part) {
    return part.isEmpty() ? "-" : number(variation(part));
  }

  private static OptionalDouble optional(Optional<ErrorDecomposition.Part> part) {
    return part.map(p -> OptionalDouble.of(p.totalVariation())).orElse(OptionalDouble.empty());
  }

  private static void save(
      Request request, StringBuilder csv, String error, List<ErrorFigure.Point> points) {
    if (request.csv() != null) {
      write(request.csv(), csv.toString());
    }
    if (request.figure() != null) {
      String who = request.model() == null ? "exact conditionals" : request.model();
      String title =
          "%s, texts of %d tokens: %s".formatted(request.source(), request.length(), who);
      write(request.figure(), ErrorFigure.svg(title, error, points));
    }
  }

  private static String head(Request request, String decoder) {
    return String.join(
        ",",
        String.valueOf(SCHEMA),
        quoted(request.source()),
        String.valueOf(request.length()),
        request.model() == null ? "" : quoted(request.model()),
        quoted(decoder));
  }

  private static String row(Request request, ErrorDecomposition e, double tokensPerS) {
    return String.join(
        ",",
        head(request, e.decoder()),
        number(e.forwards()),
        number(e.sampler().totalVariation()),
        number(e.sampler().divergence()),
        number(e.sampler().excluded()),
        number(variation(e.network())),
        number(divergence(e.network())),
        number(variation(e.cache())),
        number(variation(e.total())),
        number(divergence(e.total())),
        number(e.total().map(ErrorDecomposition.Part::excluded).orElse(Double.NaN)),
        number(tokensPerS));
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

  static void write(Path file, String text) {
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
