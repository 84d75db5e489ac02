package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;

/** The embedded models, and the decoders. */
public final class ModelList {
  private ModelList() {}

  public static void print(PrintStream out) {
    List<String> names = ModelOrigin.embedded();
    String format = "%-18s  %-17s  %10s  %7s  %5s  %s%n";
    out.printf(
        Locale.ROOT, format, "model", "paradigm", "parameters", "context", "vocab", "decoders");
    for (String name : names) {
      try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
        LanguageModel model = models.model(name);
        out.printf(
            Locale.ROOT,
            format,
            name,
            Labels.paradigm(model.config().paradigm()),
            String.format(Locale.ROOT, "%,d", ModelFacts.parameters(model.config())),
            model.config().contextLength(),
            model.config().vocabSize(),
            String.join(", ", decoders(models, model)));
      }
    }
    for (String heads : Models.heads()) {
      String decoder = heads.substring(heads.indexOf('-') + 1);
      out.printf(
          Locale.ROOT,
          "%-18s  heads that draft for tales-ar: --decoder %s:heads=%s%n",
          heads,
          decoder,
          heads);
    }
  }

  private static List<String> decoders(ModelLoader models, LanguageModel model) {
    return Decoders.all().stream()
        .map(DecoderProvider::name)
        .filter(name -> suits(models, model, name))
        .toList();
  }

  private static boolean suits(ModelLoader models, LanguageModel model, String name) {
    try {
      Decoders.create(name, models::model).check(model);
      return true;
    } catch (UsageException e) {
      return false; // or it needs a setting first, such as a draft model
    }
  }
}
