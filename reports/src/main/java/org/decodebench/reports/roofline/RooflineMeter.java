package org.decodebench.reports.roofline;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.machine.MeasuringJvm;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.run.JvmFlags;

/** Measures limits and forward costs in a child JVM, in a few seconds. */
public final class RooflineMeter {
  private static final int SECONDS = 600;

  private RooflineMeter() {}

  /**
   * Says what is wrong with a model before a JVM is started for it.
   *
   * @throws org.decodebench.core.UsageException as {@link Models#open}
   */
  public static void check(String reference) {
    Models.open(reference).close();
  }

  /** One reference for each kind of model whose forwards can be counted. */
  public static List<String> references(Map<String, ? extends LanguageModel> models) {
    Map<String, String> kinds = new LinkedHashMap<>();
    models.forEach((reference, model) -> {
      if (CurveMeter.counted(model)) {
        kinds.putIfAbsent(CurveMeter.signature(model), reference);
      }
    });
    return List.copyOf(kinds.values());
  }

  /**
   * The reference of {@link #references} that stands for each model.
   *
   * @return by reference
   */
  public static Map<String, String> standIns(Map<String, ? extends LanguageModel> models) {
    Map<String, String> kinds = new LinkedHashMap<>();
    Map<String, String> standIns = new LinkedHashMap<>();
    models.forEach((reference, model) -> {
      if (CurveMeter.counted(model)) {
        String signature = CurveMeter.signature(model);
        kinds.putIfAbsent(signature, reference);
        standIns.put(reference, kinds.get(signature));
      }
    });
    return standIns;
  }

  /**
   * @param machineClass for the record
   * @param models references
   */
  public static Measured measure(
      String machineClass, RuntimeOptions options, Collection<String> models)
      throws InterruptedException {
    RooflineMain.Answer answer = ask(JvmFlags.measured(), options, models);
    return new Measured(
        Measured.SCHEMA_VERSION,
        new Limits(
            Limits.SCHEMA_VERSION,
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            machineClass,
            Runtime.version().toString(),
            JvmFlags.measured(),
            answer.limits()),
        answer.curves());
  }

  /**
   * The same of the device that this JVM's models run on.
   *
   * @param models references
   * @throws org.decodebench.core.UsageException if it cannot be measured
   */
  public static DeviceRoof device(Collection<String> models) throws InterruptedException {
    RuntimeOptions options = new RuntimeOptions(0, RuntimeOptions.Backend.TORNADO);
    return ask(JvmFlags.withDevice(), options, models).device();
  }

  private static RooflineMain.Answer ask(
      List<String> flags, RuntimeOptions options, Collection<String> models)
      throws InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(options.threads()));
    arguments.add(options.backend().name().toLowerCase(Locale.ROOT));
    arguments.addAll(models);
    return Json.LINES.readValue(
        MeasuringJvm.ask(flags, RooflineMain.class, arguments, SECONDS), RooflineMain.Answer.class);
  }
}
