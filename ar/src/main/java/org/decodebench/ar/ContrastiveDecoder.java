package org.decodebench.ar;

import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Session;

/**
 * Contrastive search (Su et al. 2202.06417): of the most probable tokens the one with the largest
 * (1 − α) p − α · s, where s is the largest cosine between its hidden state and those of the text
 * so far. All candidates are evaluated in one forward, as children of one node, and the chosen
 * one's row is already the next step's.
 *
 * @param candidates tried at each step
 * @param alpha weight of the penalty
 */
record ContrastiveDecoder(
    String spec, int candidates, double alpha, int prefillChunk, CausalSettings text)
    implements Decoder {

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel("ar-contrastive", model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    check(request.model());
    int longest = CausalRequests.check(request);
    // The candidates stand side by side behind the text; at the context's end fewer of them fit.
    int capacity = Math.min(longest + candidates, request.model().config().contextLength());
    try (Session session = request.model().open(capacity, request.prompts().size())) {
      return new ContrastiveBatch(request, listener, session, this).run();
    }
  }
}
