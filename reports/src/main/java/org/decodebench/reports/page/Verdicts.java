package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.reports.compare.Change;
import org.decodebench.reports.compare.Comparison;
import org.decodebench.reports.compare.Gate;
import org.decodebench.reports.compare.Subjects;
import org.decodebench.reports.result.Show;

/** The first result folder against each of the others. */
final class Verdicts {
  private Verdicts() {}

  private static final double THRESHOLD = 0.05;

  static List<PageModel.Comparison> of(List<Entry.Group> groups) {
    List<PageModel.Comparison> all = new ArrayList<>();
    Entry.Group baseline = groups.getFirst();
    for (Entry.Group current : groups.subList(1, groups.size())) {
      String title = "%s against %s".formatted(name(current), name(baseline));
      try {
        all.add(verdicts(title, compare(baseline, current)));
      } catch (UsageException e) {
        all.add(new PageModel.Comparison(title, e.getMessage(), Tables.of(List.of(), List.of())));
      }
    }
    return all;
  }

  private static String name(Entry.Group group) {
    return group.tag() + " (" + group.results().folder().getFileName() + ")";
  }

  private static Comparison compare(Entry.Group baseline, Entry.Group current) {
    return Gate.compare(
        Subjects.of(baseline.tag(), baseline.results().records()),
        Subjects.of(current.tag(), current.results().records()),
        // The reader sees both machines; a page is no gate.
        new Gate.Options(THRESHOLD, Set.of(), true));
  }

  private static PageModel.Comparison verdicts(String title, Comparison c) {
    List<String> remarks = new ArrayList<>(List.of(c.headline() + "."));
    remarks.addAll(c.notes());
    if (!c.outputChanges().isEmpty()) {
      remarks.add(
          "Greedy output changed: "
              + String.join(", ", c.outputChanges().stream().map(o -> o.subject().name()).toList())
              + ".");
    }
    return new PageModel.Comparison(
        title,
        String.join(" ", remarks),
        Tables.of(
            List.of("setting", "figure", "old", "new", "ratio", "verdict"),
            c.changes().stream().map(Verdicts::row).toList()));
  }

  private static List<PageModel.Cell> row(Change c) {
    String interval =
        Double.isFinite(c.lo()) && Double.isFinite(c.hi()) && c.lo() != c.hi()
            ? "[%s, %s]".formatted(Show.number(c.lo()), Show.number(c.hi()))
            : "";
    return List.of(
        Tables.text(c.subject().name(), c.subject().context()),
        Tables.text(c.metric().label(), ""),
        new PageModel.Cell(Show.number(c.before()), "", Double.toString(c.before())),
        new PageModel.Cell(Show.number(c.after()), "", Double.toString(c.after())),
        new PageModel.Cell(Show.ratio(c.ratio()), interval, Double.toString(c.ratio())),
        new PageModel.Cell(
            c.verdict().toString(), c.note(), c.verdict().toString(), "v-" + c.verdict()));
  }
}
