package org.decodebench.speculative;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.ngram.NgramModel;

/** Registers {@code ngram-draft}: a count table of a text as draft. */
public final class NgramDraftProvider implements DecoderProvider {

  @Override
  public String name() {
    return "ngram-draft";
  }

  @Override
  public String summary() {
    return "speculative with an n-gram table of a text, counted in the target's tokens, as draft";
  }

  @Override
  public List<Setting> settings() {
    return CommonSettings.after(
        new Setting("text", "", "UTF-8 text file to count"),
        new Setting("order", "4", "most tokens of an n-gram"),
        new Setting("confidence", "0", "end a draft where the largest probability is below"));
  }

  @Override
  public Decoder create(Settings settings, DecoderContext context) {
    if (settings.text("text").isEmpty()) {
      throw new UsageException(
          "decoder ngram-draft needs a text to count, for example ngram-draft:text=corpus.txt");
    }
    NgramDrafting method =
        new NgramDrafting(
            Path.of(settings.text("text")),
            settings.integer("order", 1, NgramModel.MOST_ORDER),
            settings.number("confidence", 0, 1),
            CommonSettings.prefillChunk(settings),
            CausalSettings.parse(settings),
            context::own);
    return CommonSettings.decoder(name(), settings, method);
  }
}
