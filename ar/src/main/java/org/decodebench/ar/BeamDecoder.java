package org.decodebench.ar;

import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.NBestDecoder;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Session;

/**
 * Beam search with length penalty (as in Wu et al. 1609.08144 without its constant), and diverse
 * beams in groups (Vijayakumar et al. 1610.02424). All beams of all prompts share each forward; a
 * beam that forks copies its cache. A text's score is its log-probability over its length to the
 * power of the length penalty.
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
    implements NBestDecoder {

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel("ar-beam", model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    PhaseClock clock = new PhaseClock();
    List<List<Hypothesis>> nBest = search(request, listener, clock);
    return DecodeResult.of(
        nBest.stream().map(list -> list.getFirst().text()).toList(), clock.phases());
  }

  /** At most as many as beams. */
  @Override
  public List<List<Hypothesis>> nBest(DecodeRequest request, DecodeListener listener) {
    return search(request, listener, new PhaseClock());
  }

  private List<List<Hypothesis>> search(
      DecodeRequest request, DecodeListener listener, PhaseClock clock) {
    check(request.model());
    int capacity = CausalRequests.check(request);
    int width = request.prompts().size() * beams;
    try (Session session = request.model().open(capacity, width)) {
      return new BeamBatch(request, listener, session, this, clock).run();
    }
  }

  double score(double logProbability, int length) {
    return logProbability / Math.pow(length, lengthPenalty);
  }
}
