package org.decodebench.core.decode;

import org.decodebench.core.model.LanguageModel;

/** A way of decoding with all its settings. Thread-safe and stateless between calls. */
public interface Decoder {

  /**
   * Canonical spelling of the decoder and every setting that departs from its default: {@code
   * name:key=value,…}.
   */
  String spec();

  /**
   * Checks that this decoder can drive the model.
   *
   * @throws org.decodebench.core.UsageException with what to use instead
   */
  void check(LanguageModel model);

  /**
   * This decoder with whatever its settings leave to be measured on this machine measured and spelt
   * out, so that every decode from then on does the same. Most have nothing of the kind.
   */
  default Decoder calibrated(LanguageModel model) {
    return this;
  }

  DecodeResult decode(DecodeRequest request, DecodeListener listener);
}
