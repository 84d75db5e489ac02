package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.Json;

/** Measures limits and forwards in a JVM of its own: threads, backend, models. Prints JSON. */
final class RooflineMain {
  private RooflineMain() {}

  /** What is printed: of the CPU, or of a device. */
  record Answer(MachineLimits limits, List<ForwardCurve> curves, DeviceRoof device) {}

  public static void main(String[] args) {
    RuntimeOptions options =
        new RuntimeOptions(
            Integer.parseInt(args[0]),
            RuntimeOptions.Backend.valueOf(args[1].toUpperCase(Locale.ROOT)));
    List<String> references = List.of(args).subList(2, args.length);
    Answer answer =
        options.backend() == RuntimeOptions.Backend.TORNADO
            ? new Answer(null, List.of(), device(options, references))
            : cpu(options, references);
    System.out.println(Json.LINES.writeValueAsString(answer));
    System.exit(0);
  }

  private static Answer cpu(RuntimeOptions options, List<String> references) {
    MachineLimits limits = null;
    List<ForwardCurve> curves = new ArrayList<>();
    for (String reference : references) {
      try (LanguageModel model = Models.load(reference, options)) {
        if (limits == null) { // after loading, which takes long enough for a machine to change
          limits = MachineLimits.measure(options.threads());
        }
        curves.add(new CurveMeter(model).measure(options));
      }
    }
    limits = limits == null ? MachineLimits.measure(options.threads()) : limits;
    return new Answer(limits, curves, null);
  }

  private static DeviceRoof device(RuntimeOptions options, List<String> references) {
    BackendProvider provider = BackendProvider.of(options.backend());
    BackendProvider.Device device =
        provider.devices().stream()
            .filter(d -> options.device().isEmpty() || d.id().equals(options.device()))
            .findFirst()
            .orElseThrow();
    BackendProvider.Limits limits = provider.measure(device.id());
    List<ForwardCurve> curves = new ArrayList<>();
    for (String reference : references) {
      try (LanguageModel model = Models.load(reference, options)) {
        curves.add(new CurveMeter(model).measure(options));
      }
    }
    return new DeviceRoof(
        "%s (%s)".formatted(device.name(), device.driver()),
        limits.bytesPerS(),
        limits.flopPerS(),
        limits.launchMicros(),
        curves);
  }
}
