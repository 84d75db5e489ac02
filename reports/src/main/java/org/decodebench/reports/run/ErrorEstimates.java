package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.source.Source;
import org.decodebench.diffusion.analysis.ErrorDecomposition;

/**
 * The parts of the error of samplers on texts too long to enumerate, from samples: the share of
 * texts that the source cannot produce, the share of impossible tokens (each text counts up to its
 * first), and how many tokens a cache changes at the same seed.
 */
final class ErrorEstimates {
  /**
   * @param sequence share of texts that are impossible
   * @param low lower end of its 95 % interval (Wilson)
   * @param high upper end
   * @param token share of impossible tokens
   */
  record Rate(double sequence, double low, double high, double token) {}

  /**
   * @param forwards of a text
   * @param sampler with exact conditionals, where the source has them in any order
   * @param network one position a step, without cache
   * @param flipped share of tokens that the cache changes
   * @param total network, sampler and cache together
   */
  record Row(
      String decoder,
      double forwards,
      Optional<Rate> sampler,
      Optional<Rate> network,
      Optional<Double> flipped,
      Optional<Rate> total) {

    /** Of the network where there is one. */
    Optional<Rate> whole() {
      return total.isPresent() ? total : sampler;
    }
  }

  private final Source source;
  private final int length;
  private final int samples;
  private final int[] begin;
  private final Map<String, Texts> known = new HashMap<>();

  ErrorEstimates(Source source, int length, int samples) {
    this.source = source;
    this.length = length;
    this.samples = samples;
    this.begin = new int[] {source.tokenizer().begin().orElseThrow()};
  }

  Row of(String spec, Optional<LanguageModel> network) {
    String decoder = ErrorDecomposition.sampling(spec);
    String uncached = ErrorDecomposition.uncached(spec);
    Optional<Texts> sampler = Optional.empty();
    if (source instanceof AnyOrderSource any) {
      int shift = network.map(m -> m.config().logitShift()).orElse(0);
      sampler = Optional.of(decode(uncached, OracleModel.diffusion(any, shift)));
    }
    if (network.isEmpty()) {
      Texts texts = sampler.orElseThrow();
      return new Row(
          decoder,
          texts.forwards(),
          sampler.map(Texts::rate),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
    LanguageModel model = network.get();
    Texts whole = decode(decoder, model);
    boolean cached = !decoder.equals(uncached);
    return new Row(
        decoder,
        whole.forwards(),
        sampler.map(Texts::rate),
        Optional.of(decode(ErrorDecomposition.oneByOne(spec), model).rate()),
        cached ? Optional.of(whole.flipped(decode(uncached, model))) : Optional.empty(),
        Optional.of(whole.rate()));
  }

  /**
   * @param tokens emitted
   */
  private record Texts(List<int[]> tokens, double forwards, Rate rate) {

    /** Share of tokens that differ, a missing or surplus one counted as one. */
    double flipped(Texts other) {
      long all = 0;
      long differing = 0;
      for (int i = 0; i < tokens.size(); i++) {
        int[] a = tokens.get(i);
        int[] b = other.tokens.get(i);
        int longer = Math.max(a.length, b.length);
        all += longer;
        for (int t = 0; t < longer; t++) {
          differing += t < a.length && t < b.length && a[t] == b[t] ? 0 : 1;
        }
      }
      return (double) differing / all;
    }
  }

  /** Several samplers share their one-by-one and their uncached decodes. */
  private Texts decode(String spec, LanguageModel model) {
    String key = model.name() + " " + spec;
    Texts texts = known.get(key);
    if (texts == null) {
      texts = decodeAll(spec, model);
      known.put(key, texts);
    }
    return texts;
  }

  private Texts decodeAll(String spec, LanguageModel model) {
    Decoder decoder = ErrorTable.decoder(spec, model);
    CostCounter counter = new CostCounter();
    MeteredModel metered = new MeteredModel(model, counter);
    List<int[]> tokens = new ArrayList<>();
    List<SampleQuality.Sample> texts = new ArrayList<>();
    for (int seed = 0; seed < samples; seed++) {
      int[] text =
          decoder
              .decode(DecodeRequest.of(metered, begin.clone(), length, seed), DecodeListener.NONE)
              .sequences()
              .getFirst()
              .tokens();
      tokens.add(text);
      texts.add(new SampleQuality.Sample(begin, text));
    }
    return new Texts(
        tokens,
        counter.total().forwards() / (double) samples,
        rate(new SampleQuality(source, model.tokenizer()).figures(texts)));
  }

  private Rate rate(Map<String, Double> figures) {
    double share = figures.get("sequence_error_rate");
    double z = 1.959964;
    double scale = 1 + z * z / samples;
    double centre = (share + z * z / (2.0 * samples)) / scale;
    double half =
        z * Math.sqrt(share * (1 - share) / samples + z * z / (4.0 * samples * samples)) / scale;
    return new Rate(
        share,
        Math.max(0, centre - half),
        Math.min(1, centre + half),
        figures.get("token_error_rate"));
  }

  static void heading(PrintStream out, int samples) {
    out.printf(
        Locale.ROOT,
        "%-66s %8s %9s %17s %17s %8s %17s %9s%n",
        "impossible texts, %% of %d (95 %% interval)".formatted(samples).replace("%%", "%"),
        "forwards",
        "tokens/s",
        "sampler",
        "network",
        "cache",
        "total",
        "tokens");
  }

  static void print(PrintStream out, Row row, double tokensPerS) {
    out.printf(
        Locale.ROOT,
        "%-66s %8.2f %9.0f %17s %17s %8s %17s %9s%n",
        row.decoder(),
        row.forwards(),
        tokensPerS,
        shown(row.sampler()),
        shown(row.network()),
        row.flipped().map(f -> "%.2f".formatted(100 * f)).orElse("-"),
        shown(row.total()),
        row.whole().map(r -> "%.3f".formatted(100 * r.token())).orElse("-"));
    out.flush();
  }

  private static String shown(Optional<Rate> rate) {
    return rate.map(r ->
            String.format(
                Locale.ROOT, "%.1f (%.1f-%.1f)", 100 * r.sequence(), 100 * r.low(), 100 * r.high()))
        .orElse("-");
  }

  static final String CSV =
      "schema_version,source,length,model,decoder,samples,forwards,tokens_per_s,"
          + columns("sampler")
          + ","
          + columns("network")
          + ",cache_flipped_share,"
          + columns("total");

  private static String columns(String part) {
    return ("%1$s_sequence_error_rate,%1$s_sequence_error_rate_low,%1$s_sequence_error_rate_high,"
            + "%1$s_token_error_rate")
        .formatted(part);
  }

  /** What follows the decoder in a row of the file. */
  static String csv(Row row, int samples, double tokensPerS) {
    return String.join(
        ",",
        String.valueOf(samples),
        number(row.forwards()),
        number(tokensPerS),
        csv(row.sampler()),
        csv(row.network()),
        row.flipped().map(ErrorEstimates::number).orElse(""),
        csv(row.total()));
  }

  private static String csv(Optional<Rate> rate) {
    return rate.map(r ->
            String.join(
                ",", number(r.sequence()), number(r.low()), number(r.high()), number(r.token())))
        .orElse(",,,");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.5f", value);
  }
}
