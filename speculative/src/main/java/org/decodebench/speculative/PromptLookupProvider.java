package org.decodebench.speculative;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code prompt-lookup}: the text itself is the draft. */
public final class PromptLookupProvider implements DecoderProvider {

  @Override
  public String name() {
    return "prompt-lookup";
  }

  @Override
  public String summary() {
    return "speculative without a model: drafts what followed the same tokens earlier in the text";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("longest", "3", "tokens to match, tried first"),
        new Setting("shortest", "1", "tokens to match, tried last"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    int longest = settings.integer("longest", 1, Integer.MAX_VALUE);
    return CommonSettings.decoder(
        name(), settings, new LookupDrafting(longest, settings.integer("shortest", 1, longest)));
  }
}
