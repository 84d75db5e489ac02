package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Show;

/** The short form for a pull request or a README: the answer, one table, the machine. */
final class MarkdownReport {
  private MarkdownReport() {}

  private static final List<String> FIGURES =
      List.of(
          Figure.HEADLINE,
          "ttft_ms",
          "tpot_ms",
          "nfe_per_token",
          "positions_per_token",
          "acceptance_rate",
          "source_nll_per_token",
          "valid_share",
          "perplexity");

  static String of(List<Entry> entries, Environment environment) {
    StringBuilder out = new StringBuilder();
    out.append(cell(String.join(" ", Answer.of(entries)))).append("\n\n");
    List<Figure> figures =
        FIGURES.stream()
            .filter(n -> entries.stream().anyMatch(e -> e.figure(n).known()))
            .map(Figure::of)
            .toList();
    List<String> head = new ArrayList<>(List.of("setting"));
    List<String> rule = new ArrayList<>(List.of("---"));
    for (Figure f : figures) {
      head.add(f.label() + (f.unit().isEmpty() || f.label().contains("/") ? "" : ", " + f.unit()));
      rule.add("---:");
      if (f.name().equals(Figure.HEADLINE)) {
        head.add("× baseline");
        rule.add("---:");
      }
    }
    line(out, head);
    line(out, rule);
    for (Entry e : entries) {
      line(out, row(e, figures));
    }
    out.append('\n').append(footer(entries, environment)).append('\n');
    return out.toString();
  }

  private static List<String> row(Entry e, List<Figure> figures) {
    List<String> cells = new ArrayList<>(List.of("`" + cell(e.full()).replace("`", "'") + "`"));
    for (Figure f : figures) {
      String text =
          f.name().equals(Figure.HEADLINE)
              ? Show.withInterval(f, e.figure(f.name()))
              : Show.value(f, e.median(f.name()));
      boolean perplexity = f.name().equals("perplexity") && e.figure(f.name()).known();
      String kind = e.first().perplexityKind();
      cells.add(perplexity ? Show.bound(kind) + text + " " + kind : text);
      if (f.name().equals(Figure.HEADLINE)) {
        cells.add(Show.ratio(e.row().ratio(f.name()).median()));
      }
    }
    return cells;
  }

  private static String footer(List<Entry> entries, Environment environment) {
    int forks = entries.stream().mapToInt(e -> e.row().forks()).min().orElse(0);
    String text =
        "Medians over %s forks, in brackets 95 %% intervals; `nelbo` is an upper bound."
            .formatted(forks);
    Optional<Environment> known = Optional.ofNullable(environment);
    String machine =
        Stream.of(
                known.map(Environment::machine).map(Environment.Machine::cpu),
                known
                    .map(Environment::runtime)
                    .map(r -> r.threads() + (r.threads() == 1 ? " thread" : " threads")),
                known.map(Environment::java).map(j -> "JDK " + j.version()),
                known.map(Environment::commit).map(c -> "commit " + c))
            .flatMap(Optional::stream)
            .collect(java.util.stream.Collectors.joining(", "));
    return machine.isEmpty() ? text : text + " " + cell(machine) + ".";
  }

  private static void line(StringBuilder out, List<String> cells) {
    out.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String cell(String text) {
    return Markup.markdown(text);
  }
}
