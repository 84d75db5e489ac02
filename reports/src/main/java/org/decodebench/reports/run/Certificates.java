package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.diffusion.analysis.CacheCertificate;

/** A cache certificate, one line a step, then what came out of it. */
public final class Certificates {
  private static final int MOST = 256;

  private final ModelLoader models;
  private final PrintStream out;

  /**
   * @param maxNewTokens 0 for what the context leaves, at most 256
   */
  public record Request(String model, String decoder, String prompt, int maxNewTokens, long seed) {}

  public Certificates(ModelLoader models, PrintStream out) {
    this.models = models;
    this.out = out;
  }

  /**
   * @throws UsageException if the decoder is none of diffusion, the model does not suit it, or the
   *     prompt leaves no room
   */
  public void run(Request request) {
    LanguageModel model = models.model(request.model());
    int[] prompt = model.tokenizer().encode(request.prompt(), true);
    int room = model.config().contextLength() - prompt.length;
    int most = request.maxNewTokens() > 0 ? request.maxNewTokens() : Math.min(room, MOST);
    if (room < Math.max(1, most)) {
      throw new UsageException(
          "--max-new-tokens %d: a prompt of %d tokens leaves %d of the %d positions of %s"
              .formatted(
                  Math.max(1, most),
                  prompt.length,
                  Math.max(0, room),
                  model.config().contextLength(),
                  model.name()));
    }
    CacheCertificate certificate =
        CacheCertificate.of(
            request.decoder(), DecodeRequest.of(model, prompt, most, request.seed()));
    out.printf(
        "%5s %10s %10s %13s %13s %6s%n",
        "step", "positions", "kv_drift", "kl_mean_nats", "kl_max_nats", "flips");
    double divergence = 0;
    int flips = 0;
    int positions = 0;
    for (CacheCertificate.StepCertificate step : certificate.steps()) {
      out.printf(
          Locale.ROOT,
          "%5d %10d %10.5f %13.6f %13.6f %6d%n",
          step.step(),
          step.positions(),
          step.drift(),
          step.meanDivergence(),
          step.maxDivergence(),
          step.flips());
      divergence += step.meanDivergence() * step.positions();
      positions += step.positions();
      flips += step.flips();
    }
    boolean exact = certificate.flipped() == 0 && flips == 0 && divergence == 0;
    out.println("cache " + (exact ? "exact in this decode" : "approximate"));
    out.printf(Locale.ROOT, "kl_nats_per_prediction %.6f%n", divergence / Math.max(1, positions));
    out.printf(Locale.ROOT, "predictions_flipped %d of %d%n", flips, positions);
    out.printf(
        Locale.ROOT, "tokens_flipped %d of %d%n", certificate.flipped(), certificate.tokens());
  }
}
