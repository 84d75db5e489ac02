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
    if (best == baseline) {
      return "At equal quality nothing is faster than %s: %s, %s."
          .formatted(baseline.label(), speed(baseline), quality(baseline, quality));
    }
    Estimate ratio = ratio(best, baseline);
    String numbers =
        "%s, %s, against %s's %s, %s"
            .formatted(
                speed(best),
                quality(best, quality),
                baseline.label(),
                Show.number(baseline.median(Figure.HEADLINE)),
                quality(baseline, quality));
    if (Show.hasInterval(ratio) && ratio.lo() <= 1) {
      return "At equal quality nothing is faster than %s beyond doubt; the best is %s: %s; %s as fast, with a 95 %% interval of %s to %s that does not exclude a tie."
          .formatted(
              baseline.label(),
              best.label(),
              numbers,
              Show.ratio(ratio.median()),
              Show.number(ratio.lo()),
              Show.number(ratio.hi()));
    }
    return "At equal quality the fastest is %s: %s; %s as fast%s."
        .formatted(
            best.label(),
            numbers,
            Show.ratio(ratio.median()),
            Show.hasInterval(ratio)
                ? ", 95 %% interval %s to %s"
                    .formatted(Show.number(ratio.lo()), Show.number(ratio.hi()))
                : "");
  }

  private static String atAnyQuality(
      Entry fastest, List<Entry> timed, Entry baseline, Quality quality) {
    if (!quality.equal(fastest, baseline)) {
      return "At any quality the fastest is %s: %s, %s as fast as %s, at the price of %s."
          .formatted(
              fastest.label(),
              speed(fastest),
              Show.ratio(ratio(fastest, baseline).median()),
              baseline.label(),
              quality(fastest, quality));
    }
    return timed.stream()
        .filter(e -> e.first().decoderName().endsWith("diffusion"))
        .filter(e -> e != fastest)
        .max(Quality.bySpeed())
        .map(d ->
            "Nor is anything of lower quality faster; the fastest diffusion setting, %s, makes %s, %s as fast as %s, with %s."
                .formatted(
                    d.label(),
                    speed(d),
                    Show.ratio(ratio(d, baseline).median()),
                    baseline.label(),
                    quality(d, quality)))
        .orElse("Nor is anything of lower quality faster.");
  }

  /** Without an interval across result folders: those are compared on their own, with theirs. */
  private static Estimate ratio(Entry entry, Entry baseline) {
    return entry.results() == baseline.results()
        ? entry.row().ratio(Figure.HEADLINE)
        : new Estimate(
            entry.median(Figure.HEADLINE) / baseline.median(Figure.HEADLINE),
            Double.NaN,
            Double.NaN,
            1);
  }

  private static String speed(Entry entry) {
    return Show.withInterval(SPEED, entry.figure(Figure.HEADLINE)) + " tokens/s";
  }

  private static String quality(Entry entry, Quality quality) {
    double value = quality.of(entry);
    String text =
        quality.figure().name().equals("perplexity")
            ? "perplexity %s%s (%s)"
                .formatted(
                    Show.bound(entry.first().perplexityKind()),
                    Show.number(value),
                    entry.first().perplexityKind())
            : "NLL %s nats/token".formatted(Show.number(value));
    double valid = entry.median("valid_share");
    return Double.isNaN(valid)
        ? text
        : text
            + " and %s of the texts valid".formatted(Show.value(Figure.of("valid_share"), valid));
  }
}
