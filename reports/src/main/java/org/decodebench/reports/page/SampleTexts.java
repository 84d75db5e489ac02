package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.result.Trace;

/** What each setting made of the same prompts, shaded by surprisal. */
final class SampleTexts {
  private SampleTexts() {}

  private static final double[] SHADES = {0.5, 1.5, 3, 5};

  static List<PageModel.Sample> of(List<Entry> entries) {
    PageModel.Shading shading = shading(entries);
    Map<String, List<PageModel.Text>> byPrompt = new LinkedHashMap<>();
    for (Entry e : entries) {
      for (Trace trace : Replay.traces(e)) {
        byPrompt
            .computeIfAbsent(trace.header().promptText(), _ -> new ArrayList<>())
            .add(text(e, trace.end(), shading));
      }
    }
    return byPrompt.entrySet().stream()
        .map(p -> new PageModel.Sample(p.getKey(), p.getValue()))
        .toList();
  }

  /** Only an information source knows exact probabilities; other texts stay unshaded. */
  static PageModel.Shading shading(List<Entry> entries) {
    List<Boolean> known =
        entries.stream()
            .flatMap(e -> Replay.traces(e).stream())
            .map(t -> !t.end().sourceSurprisal().isEmpty())
            .distinct()
            .toList();
    if (!known.contains(true)) {
      return PageModel.Shading.NONE;
    }
    return known.contains(false) ? PageModel.Shading.SOME : PageModel.Shading.ALL;
  }

  private static PageModel.Text text(Entry e, Trace.End end, PageModel.Shading shading) {
    List<PageModel.Token> tokens = new ArrayList<>();
    boolean possible = true;
    double sum = 0;
    int counted = 0;
    for (int i = 0; i < end.pieces().size(); i++) {
      double surprisal = surprisal(end, i);
      tokens.add(
          token(end.pieces().get(i), surprisal, possible && i < end.sourceSurprisal().size()));
      possible &= !Double.isNaN(surprisal);
      if (possible) {
        sum += surprisal;
        counted++;
      }
    }
    String note =
        end.tokens().size()
            + " tokens"
            + (end.stop().equals("length") ? ", cut at the length" : "");
    if (!end.sourceSurprisal().isEmpty()) {
      note +=
          possible
              ? ", %s nats/token under the source"
                  .formatted(Show.number(sum / Math.max(1, counted)))
              : ", impossible under the source";
    } else if (shading == PageModel.Shading.SOME) {
      note += ", no source knows its probability";
    }
    return new PageModel.Text(e.label(), e.family().css(), tokens, note);
  }

  private static double surprisal(Trace.End end, int i) {
    Double value = i < end.sourceSurprisal().size() ? end.sourceSurprisal().get(i) : null;
    return value == null ? Double.NaN : value;
  }

  private static PageModel.Token token(String piece, double surprisal, boolean expected) {
    if (Double.isNaN(surprisal)) {
      return expected
          ? new PageModel.Token(piece, "tok u5", "impossible under the source")
          : new PageModel.Token(piece, "tok", "");
    }
    int shade = 0;
    while (shade < SHADES.length && surprisal >= SHADES[shade]) {
      shade++;
    }
    return new PageModel.Token(
        piece, "tok u" + shade, Show.number(surprisal) + " nats under the source");
  }
}
