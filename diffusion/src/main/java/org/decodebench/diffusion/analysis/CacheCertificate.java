package org.decodebench.diffusion.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.diffusion.decode.DiffusionDecoder;
import org.decodebench.diffusion.policy.Prediction;

/**
 * What an approximate cache did to a decode: beside every step, the same canvas is evaluated whole
 * and compared with what the policy was shown. Runs beside a decode and costs more than it, so it
 * is no part of a measurement.
 *
 * @param steps one a step of the decode
 * @param tokens emitted with the cache
 * @param flipped of those, how many differ from the decode without it at the same seed (a missing
 *     or surplus token counts as one)
 */
public record CacheCertificate(List<StepCertificate> steps, int tokens, int flipped) {

  /**
   * @param step of the decoder
   * @param positions predicted
   * @param drift mean over what the positions see of the distance between the keys and values that
   *     were read and those of the whole canvas, relative to the latter's norm; NaN where a model
   *     has none
   * @param meanDivergence of the predictions, Σ p log(p / q) in nats with p the uncached one, mean
   *     over the positions
   * @param maxDivergence the largest of the positions
   * @param flips positions whose most probable token differs
   */
  public record StepCertificate(
      int step,
      int positions,
      double drift,
      double meanDivergence,
      double maxDivergence,
      int flips) {}

  /**
   * @param spec a masked- or block-diffusion decoder, with the cache to certify; at temperature 1
   *     unless it says otherwise
   * @param request of one prompt
   * @throws UsageException if it is another decoder or does not suit the model
   */
  public static CacheCertificate of(String spec, DecodeRequest request) {
    DiffusionDecoder cached = ErrorDecomposition.decoder(spec);
    DiffusionDecoder uncached = ErrorDecomposition.decoder(ErrorDecomposition.uncached(spec));
    if (cached.spec().equals(uncached.spec())) {
      throw new UsageException(
          "decoder %s has no approximate cache; certificates are of masked-diffusion:cache=… and block-diffusion:sub-block=N,sub-cache=true"
              .formatted(cached.spec()));
    }
    cached.check(request.model());
    return of(cached, uncached, request);
  }

  /**
   * @param cached a decoder with an approximate cache
   * @param uncached the same one without
   * @param request of one prompt
   */
  public static CacheCertificate of(
      DiffusionDecoder cached, DiffusionDecoder uncached, DecodeRequest request) {
    if (request.prompts().size() != 1) {
      throw new UsageException("a cache certificate is of one prompt at a time");
    }
    Watched watched = new Watched(request.model());
    int capacity = request.prompts().getFirst().tokens().length + request.maxNewTokens();
    List<StepCertificate> steps = new ArrayList<>();
    int[] tokens;
    try (Session whole = request.model().open(capacity, 1)) {
      tokens =
          cached
              .decode(
                  request.with(watched),
                  DecodeListener.NONE,
                  (sequence, step, canvas, positions, predictions) ->
                      steps.add(
                          compare(
                              watched,
                              whole,
                              cached.attention(watched, canvas.length),
                              step,
                              canvas,
                              positions,
                              predictions)))
              .sequences()
              .getFirst()
              .tokens();
    }
    int[] exact = uncached.decode(request, DecodeListener.NONE).sequences().getFirst().tokens();
    return new CacheCertificate(List.copyOf(steps), tokens.length, differing(tokens, exact));
  }

  private static int differing(int[] tokens, int[] exact) {
    int shorter = Math.min(tokens.length, exact.length);
    int differing = Math.max(tokens.length, exact.length) - shorter;
    for (int i = 0; i < shorter; i++) {
      differing += tokens[i] == exact[i] ? 0 : 1;
    }
    return differing;
  }

  private static StepCertificate compare(
      Watched model,
      Session whole,
      Attention attention,
      int step,
      int[] canvas,
      int[] positions,
      Prediction[] predictions) {
    ModelConfig config = model.config();
    int shift = config.logitShift();
    int[] rows = Arrays.stream(positions).map(p -> p - shift).toArray();
    Logits logits = whole.forward(canvas.clone(), 0, attention, rows);
    double[] p = new double[config.vocabSize()];
    double[] q = new double[config.vocabSize()];
    double sum = 0;
    double max = 0;
    int flips = 0;
    for (int i = 0; i < positions.length; i++) {
      Prediction exact = new Prediction(logits, i, config.maskTokenId().orElseThrow());
      exact.probabilities(p);
      predictions[i].probabilities(q);
      double nats = divergence(p, q);
      sum += nats;
      max = Math.max(max, nats);
      flips += exact.best() == predictions[i].best() ? 0 : 1;
    }
    return new StepCertificate(
        step,
        positions.length,
        drift(model.session, whole, attention.visible(positions[0])),
        sum / Math.max(1, positions.length),
        max,
        flips);
  }

  private static double divergence(double[] p, double[] q) {
    double nats = 0;
    for (int v = 0; v < p.length; v++) {
      if (p[v] > 0) {
        nats += p[v] * Math.log(p[v] / q[v]);
      }
    }
    // Rounding may leave a tiny negative sum.
    return Math.max(0, nats);
  }

  private static double drift(Session cached, Session whole, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      float[] read = cached.cached(0, i);
      float[] exact = whole.cached(0, i);
      double distance = 0;
      double norm = 0;
      for (int j = 0; j < exact.length; j++) {
        distance += (read[j] - exact[j]) * (double) (read[j] - exact[j]);
        norm += exact[j] * (double) exact[j];
      }
      sum += Math.sqrt(distance / norm);
    }
    return sum / length;
  }

  /** Shows the session that the decoder opened. */
  private static final class Watched implements ForwardingModel {
    private final LanguageModel model;
    private Session session;

    Watched(LanguageModel model) {
      this.model = model;
    }

    @Override
    public LanguageModel model() {
      return model;
    }

    @Override
    public Session open(int capacity, int width) {
      if (width != 1) {
        throw new UsageException("a cache certificate is of a decode without guidance");
      }
      session = model.open(capacity, width);
      return session;
    }
  }
}
