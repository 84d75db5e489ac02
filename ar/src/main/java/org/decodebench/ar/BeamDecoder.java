package org.decodebench.ar;

import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Session;

/**
 * Beam search with length penalty (as in Wu et al. 1609.08144 without its constant), and diverse
 * beams in groups (Vijayakumar et al. 1610.02424). All beams of all prompts share each forward; a
 * beam that forks copies its cache.
 *
 * @param lengthPenalty exponent of the length that divides a text's log-probability
 * @param groups of equal size; 1 for plain beam search
 * @param diversity taken from a token's log-probability for each earlier group that chose it
 */
record BeamDecoder(
    String spec,
    int beams,
    double lengthPenalty,
    int groups,
    double diversity,
    int prefillChunk,
    CausalSettings text)
    implements Decoder {

  /**
   * A finished text.
   *
   * @param logProbability sum over its tokens
   * @param score log-probability over length to the power of the length penalty
   */
  record Hypothesis(DecodeResult.Sequence text, double logProbability, double score) {}

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel("ar-beam", model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    check(request.model());
    int capacity = CausalRequests.check(request);
    int width = request.prompts().size() * beams;
    try (Session session = request.model().open(capacity, width)) {
      BeamBatch batch = new BeamBatch(request, listener, session, this);
      List<List<Hypothesis>> nBest = batch.run();
      return DecodeResult.of(
          nBest.stream().map(list -> list.getFirst().text()).toList(), batch.phases());
    }
  }

  /** For each prompt the finished texts, the best first, at most as many as beams. */
  List<List<Hypothesis>> nBest(DecodeRequest request) {
    check(request.model());
    int capacity = CausalRequests.check(request);
    int width = request.prompts().size() * beams;
    try (Session session = request.model().open(capacity, width)) {
      return new BeamBatch(request, DecodeListener.NONE, session, this).run();
    }
  }

  double score(double logProbability, int length) {
    return logProbability / Math.pow(length, lengthPenalty);
  }
}
