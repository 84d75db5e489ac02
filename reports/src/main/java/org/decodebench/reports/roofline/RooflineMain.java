package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Json;

/** Measures limits and forwards in a JVM of its own: threads, backend, models. Prints JSON. */
final class RooflineMain {
  private RooflineMain() {}

  /** What is printed. */
  record Answer(MachineLimits limits, List<ForwardCurve> curves) {}

  public static void main(String[] args) {
    RuntimeOptions options =
        new RuntimeOptions(
            Integer.parseInt(args[0]),
            RuntimeOptions.Backend.valueOf(args[1].toUpperCase(Locale.ROOT)));
    MachineLimits limits = null;
    List<ForwardCurve> curves = new ArrayList<>();
    for (String reference : List.of(args).subList(2, args.length)) {
      try (LanguageModel model = Models.load(reference, options)) {
        if (limits == null) { // after loading, which takes long enough for a machine to change
          limits = MachineLimits.measure(options.threads());
        }
        curves.add(new CurveMeter(model).measure(options));
      }
    }
    limits = limits == null ? MachineLimits.measure(options.threads()) : limits;
    System.out.println(Json.LINES.writeValueAsString(new Answer(limits, curves)));
    System.exit(0);
  }
}
