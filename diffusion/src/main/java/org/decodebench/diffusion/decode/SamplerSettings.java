package org.decodebench.diffusion.decode;

import java.util.List;
import java.util.OptionalInt;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;
import org.decodebench.core.sampling.SamplingSettings;
import org.decodebench.diffusion.policy.Order;
import org.decodebench.diffusion.policy.RankedRule;
import org.decodebench.diffusion.policy.RankedRule.Quota;
import org.decodebench.diffusion.policy.Schedule;
import org.decodebench.diffusion.policy.UnmaskingPolicy;

/**
 * The settings that both diffusion decoders share: which positions a step commits, and how tokens
 * are sampled.
 *
 * @param order by what positions are ranked
 * @param steps of the fixed schedule; none for one position a step, or for what the quota allows
 * @param quota what a confidence rule lets through beyond the schedule
 */
record SamplerSettings(Order order, OptionalInt steps, Quota quota, SamplingSettings sampling) {

  static final Setting EARLY_STOP =
      new Setting(
          "early-stop",
          "true",
          "stop once everything left of the first end token is placed; the text is the same");

  /** A decoder's own settings, then the shared ones. */
  static List<Setting> after(String stepsMeaning, Setting... own) {
    Setting[] shared = {
      new Setting(
          "order",
          "confidence",
          "ranks positions: random, confidence, margin, entropy, left-to-right, or"
              + " sampled-confidence (published, biased)"),
      new Setting("steps", "", stepsMeaning + "; none: one position a step"),
      new Setting("threshold", "", "commit every position of at least this confidence (0 to 1)"),
      new Setting("factor", "", "commit the largest n with (n+1)(1-confidence) below this"),
      new Setting("entropy-bound", "", "commit while the entropies left of the largest sum to this")
    };
    Setting[] all = java.util.Arrays.copyOf(shared, shared.length + own.length);
    System.arraycopy(own, 0, all, shared.length, own.length);
    return SamplingSettings.after(all);
  }

  static SamplerSettings parse(Settings settings) {
    Order order = settings.choice("order", Order.class);
    OptionalInt steps =
        settings.text("steps").isEmpty()
            ? OptionalInt.empty()
            : OptionalInt.of(settings.integer("steps", 1, Integer.MAX_VALUE));
    List<String> rules =
        List.of("threshold", "factor", "entropy-bound").stream()
            .filter(key -> !settings.text(key).isEmpty())
            .toList();
    if (rules.size() > 1) {
      throw settings.bad(rules.get(1), "only one of " + String.join(", ", rules));
    }
    String rule = rules.isEmpty() ? "" : rules.getFirst();
    Quota quota = Quota.none();
    switch (rule) {
      case "threshold" -> {
        quota = Quota.threshold(settings.number(rule, 0, 1));
        require(settings, order, Order.CONFIDENCE, Order.MARGIN, Order.SAMPLED_CONFIDENCE);
      }
      case "factor" -> {
        quota = Quota.factor(settings.number(rule, 0, Double.POSITIVE_INFINITY));
        require(settings, order, Order.CONFIDENCE, Order.SAMPLED_CONFIDENCE);
      }
      case "entropy-bound" -> {
        quota = Quota.entropyBound(settings.number(rule, 0, Double.POSITIVE_INFINITY));
        order = settings.given("order") ? order : Order.ENTROPY;
        require(settings, order, Order.ENTROPY);
      }
      default -> {}
    }
    return new SamplerSettings(order, steps, quota, SamplingSettings.parse(settings));
  }

  private static void require(Settings settings, Order order, Order... fitting) {
    List<Order> list = List.of(fitting);
    if (!list.contains(order)) {
      throw settings.bad(
          "order",
          "with this commit rule one of "
              + list.stream()
                  .map(o -> o.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
                  .collect(java.util.stream.Collectors.joining(", ")));
    }
  }

  /**
   * The rule for a window.
   *
   * @param windowSteps of the fixed schedule within this window; none as for {@link #steps}
   */
  UnmaskingPolicy.Rule rule(OptionalInt windowSteps) {
    Schedule schedule =
        windowSteps.isPresent() ? Schedule.even(windowSteps.getAsInt()) : Schedule.oneByOne();
    return new RankedRule(order, schedule, quota);
  }
}
