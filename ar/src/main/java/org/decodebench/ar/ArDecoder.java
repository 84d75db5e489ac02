package org.decodebench.ar;

import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Session;

/**
 * Samples x_t from p(· | x_&lt;t) with a KV cache: the prompt in one forward, then one forward a
 * token. All live sequences share each forward; a finished one leaves and a waiting prompt takes
 * its place (continuous batching), and every sequence gets the tokens that it would get alone.
 */
record ArDecoder(String spec, int batch, int prefillChunk, boolean sharePrefix, CausalSettings text)
    implements Decoder {

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel("ar", model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    return decode(request, listener, null);
  }

  /**
   * Decodes and adds up each text's log-probability.
   *
   * @param logProbabilities to fill, under the model itself, unchanged by any setting; or null
   */
  DecodeResult decode(DecodeRequest request, DecodeListener listener, double[] logProbabilities) {
    check(request.model());
    int capacity = CausalRequests.check(request);
    int prompts = request.prompts().size();
    int width = batch == 0 ? prompts : Math.min(batch, prompts);
    try (Session session = request.model().open(capacity, width)) {
      return new ArBatch(request, listener, session, this, logProbabilities).run();
    }
  }
}
