package org.decodebench.diffusion.decode;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.diffusion.policy.Credit;
import org.decodebench.diffusion.policy.Editing;
import org.decodebench.diffusion.policy.Hierarchical;
import org.decodebench.diffusion.policy.MaskPredict;
import org.decodebench.diffusion.policy.Order;
import org.decodebench.diffusion.policy.RankedRule;
import org.decodebench.diffusion.policy.RankedRule.Quota;
import org.decodebench.diffusion.policy.Remasking;
import org.decodebench.diffusion.policy.Schedule;
import org.decodebench.diffusion.policy.SubBlocks;
import org.decodebench.diffusion.policy.Timed;
import org.decodebench.diffusion.policy.UnmaskingPolicy.Rule;

/**
 * The settings that both diffusion decoders share: which positions a step commits, and how tokens
 * are sampled.
 *
 * @param steps of the schedule; none for one position a step, or for what a confidence rule allows
 * @param ruleOfSteps the rule of a window that has a number of steps; 0 for none
 * @param endDamping share by which the confidence of a position whose likeliest token ends the text
 *     is lowered
 */
record SamplerSettings(
    OptionalInt steps,
    IntFunction<Rule> ruleOfSteps,
    SamplingSettings sampling,
    double endDamping) {

  /** The families of rules. */
  enum Family {
    RANKED,
    FIRST_HITTING,
    ANCESTRAL,
    REMASK,
    MASK_PREDICT,
    HIERARCHICAL
  }

  static final Setting EARLY_STOP =
      new Setting(
          "early-stop",
          "true",
          "stop once everything left of the first end token is placed; the text is the same");

  private static final List<String> QUOTAS = List.of("threshold", "factor", "entropy-bound");

  /** A decoder's own settings, then the shared ones. */
  static List<Setting> after(String stepsMeaning, Setting... own) {
    Setting[] shared = {
      new Setting(
          "sampler",
          "ranked",
          "ranked: by order; first-hitting; ancestral; remask; mask-predict; hierarchical"),
      new Setting(
          "order",
          "confidence",
          "ranks positions: random, confidence, margin, entropy, left-to-right, or"
              + " sampled-confidence (published, biased)"),
      new Setting("steps", "", stepsMeaning + "; none: one position a step"),
      new Setting("threshold", "", "commit every position of at least this confidence (0 to 1)"),
      new Setting("factor", "", "commit the largest n with (n+1)(1-confidence) below this"),
      new Setting("entropy-bound", "", "commit while the entropies before the largest sum to this"),
      new Setting(
          "low-threshold", "0.4", "hierarchical: what the best of a masked run must exceed"),
      new Setting("remask", "cap", "remask: cap, rescale, confidence or loop (ReMDM)"),
      new Setting("eta", "", "remask: strength; none: the authors' for the schedule"),
      new Setting("credit", "0", "weight of what was preferred in earlier steps; 0.7 in dInfer"),
      new Setting("edit", "", "overwrite a placed token by one of more than this probability"),
      new Setting("edit-steps", "16", "most editing steps after everything is placed"),
      new Setting(
          "end-damping",
          "0",
          "0 to 1: lowers the confidence of positions whose likeliest token ends the text; 1: they"
              + " come last (LLaDA)")
    };
    Setting[] all = Arrays.copyOf(shared, shared.length + own.length);
    System.arraycopy(own, 0, all, shared.length, own.length);
    return SamplingSettings.after(all);
  }

  static SamplerSettings parse(Settings settings) {
    OptionalInt steps = optional(settings, "steps");
    IntFunction<Rule> family = family(settings, steps);
    double credit = settings.number("credit", 0, Double.POSITIVE_INFINITY);
    boolean edits = !settings.text("edit").isEmpty();
    double edit = edits ? settings.number("edit", 0, 1) : 1;
    int editSteps = settings.integer("edit-steps", 0, Integer.MAX_VALUE);
    IntFunction<Rule> whole =
        windowSteps -> {
          Rule rule = family.apply(windowSteps);
          Rule raised = credit > 0 ? Credit.of(rule, credit) : rule;
          return edits ? new Editing(raised, edit, editSteps) : raised;
        };
    return new SamplerSettings(
        steps, whole, SamplingSettings.parse(settings), endDamping(settings));
  }

  private static double endDamping(Settings settings) {
    double damping = settings.number("end-damping", 0, 1);
    Family family = settings.choice("sampler", Family.class);
    Order order = settings.choice("order", Order.class);
    boolean byConfidence =
        family == Family.HIERARCHICAL
            || (family == Family.RANKED && (order == Order.CONFIDENCE || order == Order.MARGIN));
    if (damping > 0 && (!byConfidence || !settings.text("entropy-bound").isEmpty())) {
      throw settings.bad(
          "end-damping", "positions ranked by confidence or margin; otherwise it does nothing");
    }
    return damping;
  }

  static OptionalInt optional(Settings settings, String key) {
    return settings.text(key).isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(settings.integer(key, 1, Integer.MAX_VALUE));
  }

  /** The same within sub-blocks from left to right. */
  SamplerSettings inSubBlocks(int size) {
    return new SamplerSettings(
        steps, n -> new SubBlocks(ruleOfSteps.apply(n), size), sampling, endDamping);
  }

  private static IntFunction<Rule> family(Settings settings, OptionalInt steps) {
    Family family = settings.choice("sampler", Family.class);
    if (family != Family.RANKED) {
      refuse(settings, family, "order", "factor", "entropy-bound");
    }
    if (family != Family.RANKED && family != Family.HIERARCHICAL) {
      refuse(settings, family, "threshold");
    }
    if (family != Family.REMASK) {
      refuse(settings, family, "remask", "eta");
    }
    boolean needsSteps =
        family == Family.ANCESTRAL || family == Family.REMASK || family == Family.MASK_PREDICT;
    if (needsSteps && steps.isEmpty()) {
      throw settings.bad("steps", "a number of steps with sampler=" + settings.text("sampler"));
    }
    return switch (family) {
      case RANKED -> ranked(settings);
      case FIRST_HITTING -> {
        refuse(settings, family, "steps");
        yield n -> new Timed(0);
      }
      case ANCESTRAL -> Timed::new;
      case REMASK -> {
        Remasking.Schedule schedule = settings.choice("remask", Remasking.Schedule.class);
        double eta =
            settings.text("eta").isEmpty() ? schedule.defaultEta() : settings.number("eta", 0, 1);
        yield n -> new Remasking(schedule, eta, n);
      }
      case MASK_PREDICT -> MaskPredict::new;
      case HIERARCHICAL -> {
        refuse(settings, family, "steps");
        double threshold =
            settings.text("threshold").isEmpty() ? 0.9 : settings.number("threshold", 0, 1);
        double low = settings.number("low-threshold", 0, 1);
        yield n -> new Hierarchical(threshold, low);
      }
    };
  }

  private static void refuse(Settings settings, Family family, String... keys) {
    for (String key : keys) {
      if (settings.given(key)) {
        throw settings.bad(key, "nothing: sampler=" + spell(family) + " does not use it");
      }
    }
  }

  private static IntFunction<Rule> ranked(Settings settings) {
    List<String> given = QUOTAS.stream().filter(key -> !settings.text(key).isEmpty()).toList();
    if (given.size() > 1) {
      throw settings.bad(given.get(1), "only one of " + String.join(", ", given));
    }
    String rule = given.isEmpty() ? "" : given.getFirst();
    Order order = settings.choice("order", Order.class);
    Order used = rule.equals("entropy-bound") && !settings.given("order") ? Order.ENTROPY : order;
    Quota quota =
        switch (rule) {
          case "threshold" -> {
            require(settings, used, Order.CONFIDENCE, Order.MARGIN, Order.SAMPLED_CONFIDENCE);
            yield Quota.threshold(settings.number(rule, 0, 1));
          }
          case "factor" -> {
            require(settings, used, Order.CONFIDENCE, Order.SAMPLED_CONFIDENCE);
            yield Quota.factor(settings.number(rule, 0, Double.POSITIVE_INFINITY));
          }
          case "entropy-bound" -> {
            require(settings, used, Order.ENTROPY);
            yield Quota.entropyBound(settings.number(rule, 0, Double.POSITIVE_INFINITY));
          }
          default -> Quota.none();
        };
    return n -> new RankedRule(used, n == 0 ? Schedule.oneByOne() : Schedule.even(n), quota);
  }

  private static void require(Settings settings, Order order, Order... fitting) {
    List<Order> list = List.of(fitting);
    if (!list.contains(order)) {
      String names = list.stream().map(SamplerSettings::spell).collect(Collectors.joining(", "));
      throw settings.bad("order", "with this commit rule one of " + names);
    }
  }

  private static String spell(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The rule for a window.
   *
   * @param windowSteps of the schedule within this window; none as for {@link #steps}
   */
  Rule rule(OptionalInt windowSteps) {
    return ruleOfSteps.apply(windowSteps.orElse(0));
  }
}
