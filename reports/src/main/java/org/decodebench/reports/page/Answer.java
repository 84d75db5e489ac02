package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Show;

/** The question of the suite, answered from the figures in two sentences. */
final class Answer {
  private Answer() {}

  private static final Figure SPEED = Figure.of(Figure.HEADLINE);

  /** Two sentences, or one that says what is missing. */
  static List<String> of(List<Entry> entries) {
    List<Entry> timed =
        entries.stream().filter(e -> !Double.isNaN(e.median(Figure.HEADLINE))).toList();
    if (timed.isEmpty()) {
      return List.of("No run of this experiment finished, so there is no answer yet.");
    }
    Entry fastest = timed.stream().max(Quality.bySpeed()).orElseThrow();
    Optional<Quality> quality = Quality.of(timed);
    Optional<Entry> baseline =
        timed.stream()
            .filter(e -> e.row().baseline())
            .filter(b -> quality.isPresent() && !Double.isNaN(quality.get().of(b)))
            .findFirst();
    if (baseline.isEmpty()) {
      return List.of(
          "%s was the fastest of %d settings with %s."
              .formatted(fastest.label(), timed.size(), speed(fastest)),
          "Quality was not measured for a baseline, so this says nothing about speed at equal"
              + " quality.");
    }
    List<String> sentences = new ArrayList<>();
    sentences.add(atEqualQuality(timed, baseline.get(), quality.get()));
    sentences.add(atAnyQuality(fastest, timed, baseline.get(), quality.get()));
    return sentences;
  }

  private static String atEqualQuality(List<Entry> timed, Entry baseline, Quality quality) {
    Entry best =
        timed.stream()
            .filter(e -> quality.equal(e, baseline))
            .max(Quality.bySpeed())
            .orElse(baseline);
    String goal =
        "At no worse quality than %s (%s)".formatted(baseline.label(), quality(baseline, quality));
    if (best == baseline) {
      return "%s nothing was faster than %s itself: %s."
          .formatted(goal, baseline.label(), speed(baseline));
    }
    return "%s the fastest is %s: %s, %s the baseline's %s%s (%s)."
        .formatted(
            goal,
            best.label(),
            speed(best),
            Show.ratio(best.median(Figure.HEADLINE) / baseline.median(Figure.HEADLINE)),
            Show.number(baseline.median(Figure.HEADLINE)),
            certainty(best),
            quality(best, quality));
  }

  /** Says so where the interval of the ratio does not exclude a tie. */
  private static String certainty(Entry entry) {
    Estimate ratio = entry.row().ratio(Figure.HEADLINE);
    if (!Show.hasInterval(ratio)) {
      return "";
    }
    String interval =
        ", 95 %% interval of the ratio %s to %s"
            .formatted(Show.number(ratio.lo()), Show.number(ratio.hi()));
    return ratio.lo() <= 1 && ratio.hi() >= 1 ? interval + ", which includes a tie," : interval;
  }

  private static String atAnyQuality(
      Entry fastest, List<Entry> timed, Entry baseline, Quality quality) {
    if (!quality.equal(fastest, baseline)) {
      return "The fastest at any quality is %s with %s (%s the baseline), and pays for it: %s."
          .formatted(
              fastest.label(),
              speed(fastest),
              Show.ratio(fastest.median(Figure.HEADLINE) / baseline.median(Figure.HEADLINE)),
              quality(fastest, quality));
    }
    Optional<Entry> diffusion =
        timed.stream()
            .filter(e -> e.first().decoderName().endsWith("diffusion"))
            .filter(e -> e != fastest)
            .max(Quality.bySpeed());
    return diffusion
        .map(d ->
            "It is also the fastest at any quality; the fastest diffusion setting besides is %s with %s (%s the baseline), %s."
                .formatted(
                    d.label(),
                    speed(d),
                    Show.ratio(d.median(Figure.HEADLINE) / baseline.median(Figure.HEADLINE)),
                    quality(d, quality)))
        .orElse(
            "It is also the fastest of all %d settings at any quality.".formatted(timed.size()));
  }

  private static String speed(Entry entry) {
    return Show.withInterval(SPEED, entry.figure(Figure.HEADLINE)) + " tokens/s";
  }

  private static String quality(Entry entry, Quality quality) {
    double value = quality.of(entry);
    String text =
        quality.figure().name().equals("perplexity")
            ? "perplexity %s, %s".formatted(Show.number(value), entry.first().perplexityKind())
            : "source NLL %s nats/token".formatted(Show.number(value));
    double valid = entry.median("valid_share");
    return Double.isNaN(valid)
        ? text
        : text + ", %s of the texts valid".formatted(Show.value(Figure.of("valid_share"), valid));
  }
}
