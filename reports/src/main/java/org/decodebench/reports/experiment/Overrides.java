package org.decodebench.reports.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.experiment.Experiment.Adaptive;
import org.decodebench.reports.experiment.Experiment.Setting;

/**
 * What the command line changes in an experiment.
 *
 * @param models in place of the experiment's; empty for none
 * @param decoders in place of the experiment's; empty for none
 * @param forks 0 for none
 * @param seed null for none
 * @param threads 0 for none
 * @param backend AUTO for none
 * @param ci null for none
 * @param slo null for none
 */
public record Overrides(
    List<String> models,
    List<String> decoders,
    int forks,
    Long seed,
    int threads,
    RuntimeOptions.Backend backend,
    String ci,
    String slo) {

  public static final Overrides NONE =
      new Overrides(List.of(), List.of(), 0, null, 0, RuntimeOptions.Backend.AUTO, null, null);

  /** Whether anything is changed. */
  public boolean any() {
    return !equals(NONE);
  }

  /**
   * @param suits whether a model (first) can be driven by a decoder spec (second); asked only where
   *     models or decoders are changed, so that every model meets the decoders that suit it
   * @throws UsageException if nothing is left, or a value is wrong
   */
  public Experiment apply(Experiment e, BiPredicate<String, String> suits) {
    List<Setting> settings =
        models.isEmpty() && decoders.isEmpty() ? e.settings() : crossed(e.settings(), suits);
    settings =
        settings.stream()
            .map(s ->
                new Setting(
                    s.model(),
                    s.decoder(),
                    s.maxNewTokens(),
                    s.batch(),
                    threads == 0 ? s.threads() : threads,
                    backend == RuntimeOptions.Backend.AUTO
                        ? s.backend()
                        : backend.name().toLowerCase(Locale.ROOT),
                    s.where()))
            .distinct()
            .toList();
    boolean baselineStays = models.isEmpty() && decoders.isEmpty();
    int newForks = forks == 0 ? e.forks() : forks;
    Adaptive adaptive =
        ci == null
            ? e.adaptive()
            : new Adaptive(ExperimentReader.share(ci), Math.max(20, newForks));
    return new Experiment(
        e.name(),
        e.description(),
        e.text(),
        seed == null ? e.seed() : seed,
        newForks,
        e.order(),
        settings,
        e.prompts(),
        e.warmUp(),
        e.measure(),
        e.perplexity(),
        baselineStays ? e.baseline() : null,
        e.timeLimit(),
        e.timeBudget(),
        adaptive,
        slo == null ? e.slo() : ExperimentReader.slo(slo),
        e.jvmFlags(),
        e.traces());
  }

  private List<Setting> crossed(List<Setting> old, BiPredicate<String, String> suits) {
    Set<String> allModels = new LinkedHashSet<>(models);
    Set<String> allDecoders = new LinkedHashSet<>(decoders);
    Map<String, Setting> templates = new LinkedHashMap<>();
    for (Setting s : old) {
      if (models.isEmpty()) {
        allModels.add(s.model());
      }
      if (decoders.isEmpty()) {
        allDecoders.add(s.decoder());
      }
      templates.putIfAbsent(
          s.maxNewTokens() + " " + s.batch() + " " + s.threads() + " " + s.backend(), s);
    }
    List<Setting> settings = new ArrayList<>();
    for (String model : allModels) {
      for (String decoder : allDecoders) {
        if (suits.test(model, decoder)) {
          for (Setting t : templates.values()) {
            settings.add(
                new Setting(
                    model,
                    decoder,
                    t.maxNewTokens(),
                    t.batch(),
                    t.threads(),
                    t.backend(),
                    "command line"));
          }
        }
      }
    }
    if (settings.isEmpty()) {
      throw new UsageException(
          "no decoder of %s suits a model of %s; 'decodebench models' says which do"
              .formatted(allDecoders, allModels));
    }
    return settings;
  }
}
