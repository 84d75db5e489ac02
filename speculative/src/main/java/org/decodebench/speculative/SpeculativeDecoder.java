package org.decodebench.speculative;

import org.decodebench.ar.CausalRequests;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;

/**
 * Draft, verify in one forward of the target, keep what the verifier accepts and one token more.
 * The text has the distribution of plain autoregressive decoding with the same sampling settings,
 * and at temperature 0 its very tokens.
 *
 * @param name of the decoder, for messages
 * @param settings as given, for the spelling
 * @param k deepest draft
 * @param adaptive whether to draft less where less is accepted
 * @param costs of a draft, for that choice
 * @param batch most sequences at once, 0 for all of a request
 */
record SpeculativeDecoder(
    String name,
    Settings settings,
    DraftMethod method,
    int k,
    boolean adaptive,
    DraftCosts costs,
    int batch,
    int prefillChunk,
    CausalSettings text)
    implements Decoder {

  @Override
  public String spec() {
    return settings.spec();
  }

  @Override
  public Decoder calibrated(LanguageModel model) {
    if (!adaptive || costs.known()) {
      return this;
    }
    check(model);
    Settings filled = DraftCosts.fill(settings, CostMeter.measure(this, model));
    return with(filled, k, true, batch);
  }

  /** With drafts of one length, a text at a time. */
  SpeculativeDecoder fixed(int length) {
    return with(settings, length, false, 1);
  }

  private SpeculativeDecoder with(Settings filled, int length, boolean adapts, int width) {
    return new SpeculativeDecoder(
        name, filled, method, length, adapts, DraftCosts.parse(filled), width, prefillChunk, text);
  }

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel(name, model);
    method.check(model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    return decode(request, listener, new Verifier(sampler(request)));
  }

  DecodeResult decode(DecodeRequest request, DecodeListener listener, Verifier verifier) {
    check(request.model());
    int longest = CausalRequests.check(request);
    int capacity = Math.min(longest + method.nodes(), request.model().config().contextLength());
    int prompts = request.prompts().size();
    int width = batch == 0 ? prompts : Math.min(batch, prompts);
    try (Session target = request.model().open(capacity, width);
        Drafter drafter = method.open(request, capacity, width)) {
      return new SpeculativeBatch(request, listener, target, drafter, verifier, this).run();
    }
  }

  Sampler sampler(DecodeRequest request) {
    return text.sampler(request);
  }
}
