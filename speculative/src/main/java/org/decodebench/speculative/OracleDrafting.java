package org.decodebench.speculative;

import org.decodebench.ar.ArProvider;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;

/**
 * Opens an {@link OracleDrafter}. What it knows it gets from the target itself before the decode,
 * past the meter: an oracle's knowledge is no part of what is measured.
 *
 * @param work the draft whose cost is paid; may be null
 */
record OracleDrafting(double acceptance, ModelDrafting work, CausalSettings text)
    implements DraftMethod {

  @Override
  public void check(LanguageModel target) {
    if (work != null) {
      work.check(target);
    }
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    LanguageModel model = ForwardingModel.innermost(request.model());
    return new OracleDrafter(
        OracleDrafter.continuations(request.with(model), ArProvider.decoder(text)),
        acceptance,
        model.config().vocabSize(),
        work == null ? null : work.open(request, capacity, width));
  }
}
