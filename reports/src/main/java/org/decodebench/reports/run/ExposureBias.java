package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.decodebench.ar.ArProvider;
import org.decodebench.ar.CausalRequests;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;

/**
 * Exposure bias, measured: how much worse a model predicts after its own words than after true
 * ones. Both are known exactly, position by position: the probability that the model puts on tokens
 * which the source cannot write there, and the divergence KL(source ‖ model). A text of the model's
 * own counts up to its first impossible token, after which the source has no conditional.
 */
public final class ExposureBias {
  private static final long SALT = 0x4558_504F_5355_5245L;
  private static final int BAND = 10;

  private final ModelLoader models;
  private final PrintStream out;

  public ExposureBias(ModelLoader models, PrintStream out) {
    this.models = models;
    this.out = out;
  }

  /** Sums over the positions of a band. */
  private static final class Band {
    private long count;
    private double impossible;
    private double divergence;

    void add(double[] p, double[] q) {
      count++;
      for (int v = 0; v < p.length; v++) {
        if (p[v] == 0) {
          impossible += q[v];
        } else {
          divergence += p[v] * (Math.log(p[v]) - Math.log(Math.max(q[v], Double.MIN_NORMAL)));
        }
      }
    }
  }

  /**
   * @throws UsageException if the model does not read the source's tokens left to right
   */
  public void run(String reference, String sourceName, int count, long seed) {
    Source source = Sources.byName(sourceName);
    LanguageModel model = models.model(reference);
    CausalRequests.checkModel("exposure", model);
    if (!model.tokenizer().equals(source.tokenizer()) && !sameTokens(model, source)) {
      throw new UsageException(
          "model '%s' does not read the tokens of source '%s': exposure compares token by token"
              .formatted(reference, sourceName));
    }
    int most = model.config().contextLength() - 1;
    Band[][] bands = new Band[2][Math.ceilDiv(most, BAND)];
    for (Band[] kind : bands) {
      Arrays.setAll(kind, i -> new Band());
    }
    List<int[]> own = own(model, count, most, seed);
    try (Session session = model.open(most + 1, 1)) {
      for (int i = 0; i < count; i++) {
        judge(session, source, source.sample(new RandomStream(seed ^ SALT, i), most), bands[0]);
        judge(session, source, own.get(i), bands[1]);
      }
    }
    print(bands, count);
  }

  private static boolean sameTokens(LanguageModel model, Source source) {
    int size = source.tokenizer().vocabSize();
    return model.tokenizer().vocabSize() == size
        && IntStream.range(0, size)
            .allMatch(id -> model.tokenizer().piece(id).equals(source.tokenizer().piece(id)));
  }

  /** Texts that the model writes at temperature 1. */
  private static List<int[]> own(LanguageModel model, int count, int most, long seed) {
    int begin = model.tokenizer().begin().orElseThrow();
    List<DecodeRequest.Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prompts.add(new DecodeRequest.Prompt(i, new int[] {begin}));
    }
    List<int[]> texts = new ArrayList<>();
    for (int from = 0; from < count; from += 16) {
      List<DecodeRequest.Prompt> part = prompts.subList(from, Math.min(count, from + 16));
      DecodeResult result =
          ArProvider.decoder(CausalSettings.of(SamplingSettings.atTemperature(1)))
              .decode(new DecodeRequest(model, part, most, seed), DecodeListener.NONE);
      result.sequences().forEach(s -> texts.add(s.tokens()));
    }
    return texts;
  }

  private static void judge(Session session, Source source, int[] text, Band[] bands) {
    int vocab = source.vocabSize();
    int[] input = new int[text.length];
    input[0] = source.tokenizer().begin().orElseThrow();
    System.arraycopy(text, 0, input, 1, text.length - 1);
    session.truncate(0, 0);
    Logits logits =
        session.forward(List.of(new Run(0, input, 0, Attention.CAUSAL, Run.all(input.length))));
    double[] p = new double[vocab];
    double[] q = new double[logits.vocab()];
    for (int i = 0; i < text.length; i++) {
      source.next(text, i, p);
      Distributions.softmax(logits.values(), logits.offset(i), q);
      bands[i / BAND].add(p, q);
      if (p[text[i]] == 0) {
        return;
      }
    }
  }

  private void print(Band[][] bands, int count) {
    out.println("position    true prefix                      own prefix");
    out.println("            texts  impossible  KL nats       texts  impossible  KL nats");
    double[] weights = new double[2];
    double[] impossible = new double[2];
    double[] divergence = new double[2];
    for (int b = 0; b < bands[0].length; b++) {
      StringBuilder line = new StringBuilder();
      line.append(String.format(Locale.ROOT, "%3d-%-3d ", b * BAND, b * BAND + BAND - 1));
      for (int kind = 0; kind < 2; kind++) {
        Band band = bands[kind][b];
        weights[kind] += band.count;
        impossible[kind] += band.impossible;
        divergence[kind] += band.divergence;
        line.append(
            band.count == 0
                ? "        -           -        -    "
                : String.format(
                    Locale.ROOT,
                    "%9.1f  %9.3f%%  %7.4f    ",
                    (double) band.count / BAND,
                    100 * band.impossible / band.count,
                    band.divergence / band.count));
      }
      if (bands[0][b].count + bands[1][b].count > 0) {
        out.println(line.toString().stripTrailing());
      }
    }
    String[] names = {"true_prefix", "own_prefix"};
    for (int kind = 0; kind < 2; kind++) {
      out.printf(
          Locale.ROOT, "%s_impossible %.6f%n", names[kind], impossible[kind] / weights[kind]);
      out.printf(Locale.ROOT, "%s_kl %.6f nats%n", names[kind], divergence[kind] / weights[kind]);
    }
    out.println("texts " + count);
  }
}
