package org.decodebench.reports.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.reports.experiment.Experiment;

/** Makes sure that an experiment can be run at all, and says in which order. */
final class Planner {

  /**
   * A setting that can be run.
   *
   * @param id hash of what makes figures comparable
   * @param decoder canonical spec
   */
  record Planned(Experiment.Setting setting, String id, String decoder, String modelHash) {
    String label() {
      String batch = setting.batch() > 1 ? ", batch " + setting.batch() : "";
      return setting.model() + " " + decoder + batch;
    }
  }

  /**
   * @param settings each once, as written
   * @param models targets by reference
   * @param drafts further models that decoders asked for
   * @param prompts texts of the workload
   * @param workloadHash of them
   */
  record Plan(
      List<Planned> settings,
      Map<String, LanguageModel> models,
      Map<String, LanguageModel> drafts,
      List<String> prompts,
      String workloadHash) {}

  private final Experiment experiment;
  private final ModelLoader models;
  private final Map<String, LanguageModel> targets = new LinkedHashMap<>();
  private final Map<String, LanguageModel> drafts = new LinkedHashMap<>();
  private final Map<String, String> hashes = new LinkedHashMap<>();

  Planner(Experiment experiment, ModelLoader models) {
    this.experiment = experiment;
    this.models = models;
  }

  /**
   * @throws UsageException naming the place in the experiment that cannot be run
   */
  Plan plan() {
    List<String> prompts = experiment.prompts().texts(experiment.seed());
    String workload = Hashes.of(experiment.prompts().name() + "\0" + String.join("\0", prompts));
    List<Planned> settings = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Experiment.Setting s : experiment.settings()) {
      Planned planned = planned(s, prompts, workload);
      if (seen.add(planned.id())) { // a grid may spell one setting twice
        settings.add(planned);
      }
    }
    checkBaseline(settings);
    return new Plan(List.copyOf(settings), targets, drafts, prompts, workload);
  }

  private Planned planned(Experiment.Setting s, List<String> prompts, String workload) {
    try {
      LanguageModel model = models.model(s.model());
      targets.put(s.model(), model);
      Decoder decoder =
          Decoders.create(
              s.decoder(),
              reference -> {
                LanguageModel draft = models.model(reference);
                drafts.put(reference, draft);
                return draft;
              });
      decoder.check(model);
      checkLengths(s, model, prompts);
      decoder = decoder.calibrated(model);
      String hash = hashes.computeIfAbsent(s.model(), ModelFacts::hash);
      List<String> parts =
          List.of(
              hash,
              decoder.spec(),
              workload,
              String.valueOf(s.maxNewTokens()),
              String.valueOf(s.batch()),
              String.valueOf(s.threads()),
              s.backend(),
              String.valueOf(experiment.seed()));
      return new Planned(s, Hashes.of(String.join("\0", parts)), decoder.spec(), hash);
    } catch (UsageException e) {
      throw e.getMessage().startsWith(s.where())
          ? e
          : new UsageException(s.where() + ": " + e.getMessage(), e);
    }
  }

  private static void checkLengths(
      Experiment.Setting s, LanguageModel model, List<String> prompts) {
    for (String prompt : prompts) {
      int tokens = model.tokenizer().encode(prompt, true).length;
      int room = model.config().contextLength() - tokens;
      if (room < Math.max(1, s.maxNewTokens())) {
        throw new UsageException(
            "a prompt of %d tokens leaves %d of the %d positions of %s; max_new_tokens is %s"
                .formatted(
                    tokens,
                    Math.max(0, room),
                    model.config().contextLength(),
                    s.model(),
                    s.maxNewTokens() == 0 ? "at least 1" : s.maxNewTokens()));
      }
    }
  }

  private void checkBaseline(List<Planned> settings) {
    String baseline = experiment.baseline();
    if (baseline != null && settings.stream().noneMatch(p -> isBaseline(p, baseline))) {
      Set<String> labels = new LinkedHashSet<>();
      settings.forEach(p -> labels.add("'" + p.label() + "'"));
      throw new UsageException(
          "baseline '%s' is none of the settings: %s"
              .formatted(baseline, String.join(", ", labels)));
    }
  }

  private static boolean isBaseline(Planned p, String baseline) {
    return p.label().equals(baseline) || p.setting().label().equals(baseline);
  }

  /** Label of the setting that ratios refer to. */
  static String baseline(Experiment experiment, List<Planned> settings) {
    return settings.stream()
        .filter(p -> experiment.baseline() == null || isBaseline(p, experiment.baseline()))
        .findFirst()
        .orElseThrow()
        .label();
  }

  /** The order of the settings in a round of forks. */
  static List<Planned> round(Experiment experiment, List<Planned> settings, int fork) {
    List<Planned> round = new ArrayList<>(settings);
    if (experiment.order() == Experiment.Order.SHUFFLED) {
      Collections.shuffle(round, new Random(experiment.seed() * 31 + fork));
    }
    return round;
  }
}
