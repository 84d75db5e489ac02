package org.decodebench.core.decode;

import java.util.List;

/** A decoder that weighs several texts against each other and can show more than the best. */
public interface NBestDecoder extends Decoder {

  /**
   * A finished text.
   *
   * @param logProbability sum over its tokens, nats
   * @param score what the decoder ranks by, larger is better
   */
  record Hypothesis(DecodeResult.Sequence text, double logProbability, double score) {}

  /** For each prompt the finished texts, the best first. */
  List<List<Hypothesis>> nBest(DecodeRequest request, DecodeListener listener);
}
