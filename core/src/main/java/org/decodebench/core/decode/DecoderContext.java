package org.decodebench.core.decode;

import org.decodebench.core.model.LanguageModel;

/** What a decoder may ask for while it is made: further models by name (a draft, a judge). */
public interface DecoderContext {

  /**
   * @param reference as on the command line
   * @throws org.decodebench.core.UsageException if there is no such model
   */
  LanguageModel model(String reference);

  /**
   * A model that the decoder made itself, as the caller wants to see it: the harness counts its
   * forwards, too.
   */
  default LanguageModel own(LanguageModel made) {
    return made;
  }
}
