package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.Trace;

/** The traces as the page's script reads them. */
final class Replay {
  private Replay() {}

  /** Most decoders side by side at first; the reader can show the others. */
  private static final int AT_FIRST = 4;

  /** JSON that is safe inside a script element; empty if there are no traces. */
  static String json(List<Entry> entries) {
    List<Map<String, Object>> decodes = new ArrayList<>();
    for (Entry e : entries) {
      for (Trace trace : traces(e)) {
        decodes.add(decode(e, trace));
      }
    }
    if (decodes.isEmpty()) {
      return "";
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("chosen", chosen(entries));
    data.put("decodes", decodes);
    return Markup.script(Json.LINES.writeValueAsString(data));
  }

  static List<Trace> traces(Entry e) {
    return e.results().traces().getOrDefault(e.first().setting(), List.of());
  }

  /** The fastest setting of each decoder that keeps the quality, the baseline first. */
  private static List<String> chosen(List<Entry> entries) {
    List<Entry> traced = entries.stream().filter(e -> !traces(e).isEmpty()).toList();
    Optional<Entry> baseline = traced.stream().filter(e -> e.row().baseline()).findFirst();
    Map<String, Entry> best = new LinkedHashMap<>();
    baseline.ifPresent(b -> best.put(b.first().decoderName(), b));
    Comparator<Entry> faster =
        Comparator.comparing((Entry e) -> baseline.map(b -> Quality.validEnough(e, b)).orElse(true))
            .thenComparingDouble(e -> orZero(e.median(Figure.HEADLINE)));
    for (Entry e : traced) {
      if (baseline.isEmpty()
          || !e.first().decoderName().equals(baseline.get().first().decoderName())) {
        best.merge(e.first().decoderName(), e, (a, b) -> faster.compare(a, b) >= 0 ? a : b);
      }
    }
    return best.values().stream().limit(AT_FIRST).map(Entry::id).toList();
  }

  private static double orZero(double value) {
    return Double.isNaN(value) ? 0 : value;
  }

  private static Map<String, Object> decode(Entry e, Trace trace) {
    Map<String, Object> decode = new LinkedHashMap<>();
    decode.put("id", e.id());
    decode.put("name", e.label());
    decode.put("family", e.family().index());
    // A diffusion decoder owns a canvas from the start; the others write to the right.
    decode.put("whole", e.first().decoderName().endsWith("diffusion"));
    decode.put("index", trace.header().prompt());
    decode.put("prompt", trace.header().promptText());
    decode.put("canvas", trace.header().canvas());
    decode.put("end", trace.end().tMs());
    decode.put("pieces", trace.end().pieces());
    decode.put("events", trace.events().stream().map(Replay::event).toList());
    return decode;
  }

  private static Map<String, Object> event(Trace.Event event) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("t", event.tMs());
    switch (event) {
      case Trace.Prefilled _ -> out.put("k", "p");
      case Trace.Drafted d -> {
        out.put("k", "d");
        out.put("f", d.first());
        out.put("p", d.pieces());
      }
      case Trace.Committed c -> {
        out.put("k", "c");
        out.put("a", c.positions());
        out.put("p", c.pieces());
        if (c.overwrote()) {
          out.put("o", true);
        }
      }
    }
    return out;
  }
}
