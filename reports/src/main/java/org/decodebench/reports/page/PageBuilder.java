package org.decodebench.reports.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.decodebench.reports.peer.PeerSection;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Figure;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Show;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.roofline.Ceiling;
import org.decodebench.reports.roofline.RooflineSection;
import org.decodebench.reports.stats.Stats;

/** Puts the page together from result folders with their summaries. */
final class PageBuilder {
  private final List<Entry.Group> groups;
  private final List<Ceiling> machines;
  private final List<Entry> entries;
  private final Entry baseline;

  /**
   * @param machines for which speeds are predicted
   */
  PageBuilder(List<Entry.Group> groups, List<Ceiling> machines) {
    this.groups = groups;
    this.machines = machines;
    this.entries = Entry.of(groups);
    this.baseline = entries.stream().filter(e -> e.row().baseline()).findFirst().orElse(null);
  }

  PageModel build(List<PageModel.Comparison> comparison) {
    return new PageModel(
        title(),
        lead(),
        Answer.of(entries),
        warnings(),
        Assets.POLICY,
        Assets.STYLE,
        Assets.SCRIPT,
        frontiers(),
        keys(),
        Tables.summary(entries),
        Tables.cost(entries),
        Replay.json(entries),
        roofline(),
        comparison,
        Pictures.phases(entries).map(Pictures.Picture::inline).orElse(""),
        Tables.drafting(entries),
        SpeculationChart.inline(entries),
        Pictures.latencies(entries).map(Pictures.Picture::inline).orElse(""),
        Pictures.bars(entries).stream().map(Pictures.Picture::inline).toList(),
        SampleTexts.of(entries),
        SampleTexts.shading(entries),
        origins(),
        RooflineChart.of(groups, entries),
        ErrorTables.of(groups),
        Figure.all().stream()
            .filter(f -> entries.stream().anyMatch(e -> e.figure(f.name()).known()))
            .toList());
  }

  List<Pictures.Picture> pictures() {
    return Stream.of(
            Pictures.bars(entries).stream(),
            Pictures.phases(entries).stream(),
            Pictures.latencies(entries).stream())
        .flatMap(p -> p)
        .toList();
  }

  /** Of each result folder that has limits measured beside it. */
  private String roofline() {
    StringBuilder html = new StringBuilder();
    for (Entry.Group group : groups) {
      html.append(
          RooflineSection.html(
              group.results(), group.rows(), machines, (a, b) -> equalQuality(group, a, b)));
      html.append(PeerSection.html(group.results().folder()));
    }
    return html.toString();
  }

  private boolean equalQuality(Entry.Group group, SummaryRow a, SummaryRow b) {
    List<Entry> both =
        entries.stream()
            .filter(e -> e.results() == group.results() && (e.row() == a || e.row() == b))
            .toList();
    return both.size() == 2
        && Quality.of(both).filter(q -> q.equal(entry(both, a), entry(both, b))).isPresent();
  }

  private static Entry entry(List<Entry> entries, SummaryRow row) {
    return entries.stream().filter(e -> e.row() == row).findFirst().orElseThrow();
  }

  List<Entry> entries() {
    return entries;
  }

  private String title() {
    List<String> names =
        groups.stream()
            .map(g -> experiment(g.results()))
            .filter(Objects::nonNull)
            .distinct()
            .toList();
    return names.isEmpty() ? "Decoding benchmark" : String.join(" and ", names);
  }

  private static String experiment(Results results) {
    if (results.environment() != null && results.environment().experiment() != null) {
      return results.environment().experiment();
    }
    return results.records().stream()
        .map(RunRecord::experiment)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private String lead() {
    Set<String> decoders = new LinkedHashSet<>();
    Set<String> models = new LinkedHashSet<>();
    entries.forEach(e -> {
      decoders.add(e.first().decoderName());
      models.add(e.row().model());
    });
    int runs = groups.stream().mapToInt(g -> g.results().records().size()).sum();
    Environment env = groups.getFirst().results().environment();
    String where = env == null || env.machine() == null ? "" : " on " + env.machine().cpu();
    String when =
        env == null || env.startedAt() == null
            ? ""
            : ", " + env.startedAt().replace('T', ' ').replaceFirst(":\\d\\d(\\.\\d+)?Z$", " UTC");
    Set<String> shared = Entry.shared(groups);
    String all = shared.isEmpty() ? "" : ", all at " + String.join(", ", shared);
    return "%d settings of %s with %s%s; %d runs%s%s."
        .formatted(
            entries.size(),
            String.join(", ", decoders),
            String.join(", ", models),
            all,
            runs,
            where,
            when);
  }

  private List<String> warnings() {
    Set<String> warnings = new LinkedHashSet<>();
    for (Entry.Group g : groups) {
      String tag = groups.size() > 1 ? g.tag() + ": " : "";
      if (g.results().environment() != null && g.results().environment().warnings() != null) {
        g.results().environment().warnings().forEach(w -> warnings.add(tag + w));
      }
      warnings.addAll(ofRuns(tag, g.results().records()));
      g.results().problems().forEach(p -> warnings.add(tag + p));
      g.results().records().stream()
          .filter(r -> !r.ok())
          .forEach(r ->
              warnings.add(
                  "%s%s, fork %d failed: %s".formatted(tag, r.decoder(), r.fork(), r.error())));
    }
    if (entries.stream().anyMatch(e -> e.row().forks() < 2)) {
      warnings.add("Settings with fewer than two forks have no interval.");
    } else if (entries.stream().anyMatch(e -> e.row().forks() < 5)) {
      warnings.add(
          "With fewer than five forks an interval is little more than the range of the values.");
    }
    return List.copyOf(warnings);
  }

  /** What several runs warn of is said once, with the settings that it befell or spared. */
  private static List<String> ofRuns(String tag, List<RunRecord> records) {
    Set<String> warnings = new LinkedHashSet<>();
    records.forEach(r -> warnings.addAll(r.warnings()));
    List<String> lines = new ArrayList<>();
    for (String warning : warnings) {
      Map<Boolean, List<RunRecord>> parts =
          records.stream().collect(Collectors.partitioningBy(r -> r.warnings().contains(warning)));
      List<RunRecord> with = parts.get(true);
      List<RunRecord> without = parts.get(false);
      String whose =
          with.size() <= without.size() ? decoders(with) : "all but " + decoders(without);
      lines.add(
          without.isEmpty() && with.size() > 1
              ? "%s%s: in all %d runs".formatted(tag, warning, with.size())
              : "%s%s: in %d of %d runs (%s)"
                  .formatted(tag, warning, with.size(), records.size(), whose));
    }
    return lines;
  }

  /** Each decoder, with the number of its runs. */
  private static String decoders(List<RunRecord> records) {
    Map<String, Integer> runs = new LinkedHashMap<>();
    records.forEach(r -> runs.merge(r.decoder(), 1, Integer::sum));
    return runs.entrySet().stream()
        .map(d -> d.getValue() > 1 ? d.getKey() + " × " + d.getValue() : d.getKey())
        .collect(Collectors.joining("; "));
  }

  private List<PageModel.Chart> frontiers() {
    List<PageModel.Chart> charts = new ArrayList<>();
    Quality.of(entries)
        .ifPresent(q -> {
          String caption =
              "One mark a setting, lines are 95 % intervals over forks; the dashed frontier joins"
                  + " settings that none beats in both."
                  + (q.figure().name().equals("perplexity")
                      ? " Perplexity belongs to the model on held-out text, not to the samples;"
                          + " nelbo is an upper bound, so a diffusion model may be better than"
                          + " its mark."
                      : " NLL is exact, under the source that the models were trained on, and each"
                          + " text is read up to its first impossible token: a hollow mark has"
                          + " more than 2 points fewer valid texts than the baseline and is left"
                          + " out of the frontier. At temperature 0 a decoder seeks likely texts,"
                          + " so its NLL may lie below the source's entropy.");
          add(charts, new FrontierChart(entries, q.figure(), q.label(), baseline), caption);
        });
    add(
        charts,
        new FrontierChart(entries, Figure.of("valid_share"), "share of valid texts", null),
        "The same speeds against validity: a text that the source cannot produce, by one token"
            + " even, is invalid.");
    return charts;
  }

  private static void add(List<PageModel.Chart> charts, FrontierChart chart, String caption) {
    String svg = chart.svg();
    if (!svg.isEmpty()) {
      charts.add(new PageModel.Chart(svg, caption));
    }
  }

  private List<PageModel.Key> keys() {
    return entries.stream()
        .map(Entry::family)
        .distinct()
        .map(f -> new PageModel.Key(f.name(), f.css(), f.mark()))
        .toList();
  }

  private List<PageModel.Origin> origins() {
    return groups.stream()
        .map(g -> {
          Environment env = g.results().environment();
          return new PageModel.Origin(
              groups.size() > 1 ? g.tag() + ": " + g.results().folder().getFileName() : "",
              facts(env, g.results().finished()),
              Tables.models(env),
              Tables.hashes(entries, g.results()),
              env == null || env.experimentFile() == null ? "" : env.experimentFile());
        })
        .toList();
  }

  private static List<PageModel.Fact> facts(Environment env, List<RunRecord> records) {
    Facts facts = new Facts();
    if (env != null) {
      environment(facts, env);
    }
    double[] ruler =
        records.stream()
            .mapToDouble(r -> r.figure(Figure.RULER))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    if (ruler.length > 0) {
      facts.add(
          "Ruler",
          "%s pieces of fixed work a second, %s to %s in single runs"
              .formatted(
                  Show.number(Stats.median(ruler)),
                  Show.number(ruler[0]),
                  Show.number(ruler[ruler.length - 1])));
    }
    return facts.list;
  }

  private static void environment(Facts facts, Environment env) {
    facts.add("Experiment", env.experiment());
    facts.add("Command", env.command() == null ? null : String.join(" ", env.command()));
    facts.add("Seed", Long.toString(env.seed()));
    facts.add("Baseline", env.baseline());
    facts.add("Started", env.startedAt());
    facts.add("Finished", env.finishedAt() == null ? "not finished" : env.finishedAt());
    facts.add(
        "DecodeBench",
        join(
            " ", env.decodebenchVersion(), env.commit() == null ? null : "commit " + env.commit()));
    if (env.machine() != null) {
      machine(facts, env.machine());
    }
    if (env.java() != null) {
      facts.add("Java", join(", ", env.java().version(), env.java().vendor(), env.java().vm()));
      facts.add(
          "JVM flags", env.java().flags() == null ? null : String.join(" ", env.java().flags()));
    }
    if (env.runtime() != null) {
      facts.add(
          "Backend",
          "%s, %d bits, %d threads"
              .formatted(
                  env.runtime().backend(), env.runtime().vectorBits(), env.runtime().threads()));
      facts.add("Kernels", env.runtime().kernels());
    }
  }

  private static void machine(Facts facts, Environment.Machine m) {
    facts.add(
        "CPU",
        "%s, %d cores (%d logical)%s"
            .formatted(
                m.cpu(),
                m.physicalCores(),
                m.logicalCores(),
                m.maxMhz() > 0
                    ? String.format(Locale.ROOT, ", up to %.1f GHz", m.maxMhz() / 1000.0)
                    : ""));
    facts.add(
        "Caches",
        m.caches() == null || m.caches().isEmpty() ? null : String.join(", ", m.caches()));
    facts.add(
        "Memory", String.format(Locale.ROOT, "%.1f GiB", m.memoryBytes() / (double) (1L << 30)));
    facts.add("System", join(", ", m.os(), m.architecture()));
    facts.add("Governor", m.governor());
    facts.add("Allowed CPUs", m.allowedCpus());
    facts.add("Priority", m.nice() == null ? null : "nice " + m.nice());
    facts.add("Load at the start", m.loadAverage() < 0 ? null : Show.number(m.loadAverage()));
    facts.add("Machine class", m.machineClass());
  }

  private static String join(String between, String... parts) {
    return String.join(between, Stream.of(parts).filter(Objects::nonNull).toList());
  }

  /** Lines of the environment that are known. */
  private static final class Facts {
    private final List<PageModel.Fact> list = new ArrayList<>();

    void add(String name, String value) {
      if (value != null && !value.isBlank()) {
        list.add(new PageModel.Fact(name, value));
      }
    }
  }
}
