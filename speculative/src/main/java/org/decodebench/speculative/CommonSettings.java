package org.decodebench.speculative;

import java.util.List;
import java.util.stream.Stream;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;

/** What all speculative decoders can be told. */
final class CommonSettings {
  private CommonSettings() {}

  static List<Setting> after(Setting... own) {
    Setting[] common = {
      new Setting("k", "4", "most tokens of a draft"),
      new Setting(
          "adaptive", "false", "choose the length of each draft, 0 to k, by acceptance and cost"),
      DraftCosts.DRAFT,
      DraftCosts.VERIFY,
      new Setting("batch", "0", "most sequences in one forward; 0 for all of a request"),
      new Setting("prefill-chunk", "512", "most prompt positions in one forward")
    };
    return CausalSettings.after(
        Stream.concat(Stream.of(own), Stream.of(common)).toArray(Setting[]::new));
  }

  static SpeculativeDecoder decoder(String name, Settings settings, DraftMethod method) {
    return decoder(name, settings, method, settings.integer("k", 1, 1024));
  }

  static SpeculativeDecoder decoder(String name, Settings settings, DraftMethod method, int k) {
    return new SpeculativeDecoder(
        name,
        settings,
        method,
        k,
        settings.flag("adaptive"),
        DraftCosts.parse(settings),
        settings.integer("batch", 0, Integer.MAX_VALUE),
        prefillChunk(settings),
        CausalSettings.parse(settings));
  }

  static int prefillChunk(Settings settings) {
    return settings.integer("prefill-chunk", 1, Integer.MAX_VALUE);
  }
}
