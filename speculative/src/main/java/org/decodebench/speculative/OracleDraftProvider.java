package org.decodebench.speculative;

import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;

/** Registers {@code oracle-draft}: a draft of chosen quality. */
public final class OracleDraftProvider implements DecoderProvider {

  @Override
  public String name() {
    return "oracle-draft";
  }

  @Override
  public String summary() {
    return "speculative with a draft that is right with a chosen probability (temperature 0)";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("acceptance", "0.8", "probability that a drafted token is right"),
        new Setting("draft", "", "draft model whose cost is paid though its tokens are not used"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    CausalSettings text = CausalSettings.parse(settings);
    if (!text.sampling().greedy()) {
      throw settings.bad("temperature", "0: the oracle knows the most probable text only");
    }
    String draft = settings.text("draft");
    ModelDrafting work =
        draft.isEmpty()
            ? null
            : new ModelDrafting(
                context.model(draft), 0, CommonSettings.prefillChunk(settings), text);
    return CommonSettings.decoder(
        name(), settings, new OracleDrafting(settings.number("acceptance", 0, 1), work, text));
  }
}
