package org.decodebench.ar;

import java.util.List;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code ar}. */
public final class ArProvider implements DecoderProvider {

  /** The decoder with all its own settings at their defaults. */
  public static Decoder decoder(CausalSettings text) {
    return new ArDecoder("ar", 0, 512, false, text);
  }

  @Override
  public String name() {
    return "ar";
  }

  @Override
  public String summary() {
    return "autoregressive with KV cache: one forward a token";
  }

  @Override
  public List<Setting> settings() {
    return CausalSettings.after(
        new Setting("batch", "0", "most sequences in one forward; 0 for all of a request"),
        new Setting("prefill-chunk", "512", "most prompt positions in one forward"),
        new Setting("share-prefix", "false", "read what all prompts begin with only once"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    return new ArDecoder(
        settings.spec(),
        settings.integer("batch", 0, Integer.MAX_VALUE),
        settings.integer("prefill-chunk", 1, Integer.MAX_VALUE),
        settings.flag("share-prefix"),
        CausalSettings.parse(settings));
  }
}
