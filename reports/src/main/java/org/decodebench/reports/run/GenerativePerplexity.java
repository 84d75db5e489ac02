package org.decodebench.reports.run;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * What a judge model makes of a decoder's texts, as a frontier over temperature: perplexity under
 * the judge, and the entropy of the tokens within a text (2406.07524), without which a model that
 * repeats itself would look best.
 */
public final class GenerativePerplexity {
  private final ModelLoader models;
  private final PrintStream out;

  /**
   * What writes.
   *
   * @param decoder without a temperature
   */
  public record Writer(String model, String decoder) {
    @Override
    public String toString() {
      return model + " " + decoder;
    }
  }

  /**
   * @param figure of perplexity against entropy; null for none
   */
  public record Request(
      List<Writer> writers,
      String judge,
      List<Double> temperatures,
      String source,
      int promptTokens,
      int texts,
      int maxNewTokens,
      long seed,
      Path figure) {}

  public GenerativePerplexity(ModelLoader models, PrintStream out) {
    this.models = models;
    this.out = out;
  }

  /** A text: what the judge says of it, its length in the judge's tokens and its entropy. */
  private record Judged(double nats, long tokens, double entropyBits) {}

  /**
   * @throws UsageException if a model or decoder does not exist or does not suit
   */
  public void run(Request request) {
    for (Writer writer : request.writers()) {
      if (writer.decoder().matches(".*[:,]\\s*temperature\\s*=.*")) {
        throw new UsageException(
            "--decoder %s: leave the temperature to --temperatures".formatted(writer.decoder()));
      }
    }
    LanguageModel judge = models.model(request.judge());
    Source source = Sources.byName(request.source());
    LikelihoodMethod method = Perplexities.method(null, judge);
    out.printf(
        "%11s %22s %10s %18s %8s   judge %s (%s)%n",
        "temperature",
        "generative_perplexity",
        "±",
        "sample_entropy_bits",
        "tokens",
        judge.name(),
        method.name());
    List<JudgeFigure.Line> lines = new ArrayList<>();
    for (Writer writer : request.writers()) {
      if (request.writers().size() > 1) {
        out.println(writer);
      }
      LanguageModel model = models.model(writer.model());
      List<JudgeFigure.Point> points = new ArrayList<>();
      for (double temperature : request.temperatures()) {
        String spec =
            writer.decoder()
                + (writer.decoder().contains(":") ? "," : ":")
                + "temperature="
                + temperature;
        Decoder decoder = Decoders.create(spec, models.context(m -> m));
        decoder.check(model);
        List<Judged> judged = new ArrayList<>();
        for (int i = 0; i < request.texts(); i++) {
          judged.add(judged(request, i, decoder, model, judge, source, method));
        }
        points.add(print(temperature, judged));
      }
      lines.add(new JudgeFigure.Line(writer.toString(), points));
    }
    if (request.figure() != null) {
      ErrorTable.write(
          request.figure(), JudgeFigure.svg(judge.name() + " (" + method.name() + ")", lines));
    }
  }

  private static Judged judged(
      Request request,
      int index,
      Decoder decoder,
      LanguageModel model,
      LanguageModel judge,
      Source source,
      LikelihoodMethod method) {
    int[] text = source.sample(new RandomStream(request.seed(), index), 8 * request.promptTokens());
    String beginning =
        source
            .tokenizer()
            .decode(Arrays.copyOf(text, Math.min(request.promptTokens(), text.length)));
    int[] prompt = model.tokenizer().encode(beginning, true);
    DecodeRequest decode =
        new DecodeRequest(
            model,
            List.of(new DecodeRequest.Prompt(index, prompt)),
            request.maxNewTokens(),
            request.seed());
    int[] output = decoder.decode(decode, DecodeListener.NONE).sequences().getFirst().tokens();
    ScoredText scored = scored(model.tokenizer(), judge, prompt, output, beginning);
    Likelihood likelihood =
        method.evaluate(
            judge, List.of(scored), new LikelihoodMethod.Options(0, request.seed(), done -> {}));
    return new Judged(likelihood.nats(), likelihood.textTokens(), entropy(output));
  }

  /** In the judge's tokens, retokenised where they differ from the model's. */
  private static ScoredText scored(
      Tokenizer writes, LanguageModel judge, int[] prompt, int[] output, String beginning) {
    Tokenizer reads = judge.tokenizer();
    boolean same = writes.vocabSize() == reads.vocabSize();
    for (int id = 0; same && id < writes.vocabSize(); id++) {
      same = writes.piece(id).equals(reads.piece(id));
    }
    int[] all =
        same
            ? SampleQuality.joined(prompt, output)
            : reads.encode(writes.decode(SampleQuality.joined(prompt, output)), true);
    int given = same ? prompt.length : reads.encode(beginning, true).length;
    if (all.length > judge.config().contextLength() || given >= all.length) {
      throw new UsageException(
          "judge %s: a text of %d of its tokens does not fit its %d positions; ask for fewer new tokens"
              .formatted(judge.name(), all.length, judge.config().contextLength()));
    }
    return new ScoredText(all, given, all.length - given);
  }

  private static double entropy(int[] tokens) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int token : tokens) {
      counts.merge(token, 1, Integer::sum);
    }
    double bits = 0;
    for (int count : counts.values()) {
      double p = (double) count / tokens.length;
      bits -= p * Math.log(p) / Math.log(2);
    }
    return bits;
  }

  private JudgeFigure.Point print(double temperature, List<Judged> judged) {
    double nats = judged.stream().mapToDouble(Judged::nats).sum();
    long tokens = judged.stream().mapToLong(Judged::tokens).sum();
    double mean = nats / tokens;
    // Of a ratio of sums over texts, to first order.
    double squares =
        judged.stream().mapToDouble(j -> Math.pow(j.nats() - mean * j.tokens(), 2)).sum();
    int n = judged.size();
    double entropy = judged.stream().mapToDouble(Judged::entropyBits).average().orElseThrow();
    double error = Math.sqrt(squares * n / (n - 1.0)) / tokens;
    out.printf(
        Locale.ROOT,
        "%11.2f %22.4f %10.4f %18.3f %8d%n",
        temperature,
        Math.exp(mean),
        Math.exp(mean) * error,
        entropy,
        tokens);
    out.flush();
    return new JudgeFigure.Point(temperature, Math.exp(mean), entropy);
  }
}
