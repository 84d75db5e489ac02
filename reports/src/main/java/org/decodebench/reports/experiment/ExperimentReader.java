package org.decodebench.reports.experiment;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.Sources;
import org.decodebench.reports.experiment.Experiment.Adaptive;
import org.decodebench.reports.experiment.Experiment.Order;
import org.decodebench.reports.experiment.Experiment.Perplexity;
import org.decodebench.reports.experiment.Experiment.Rounds;
import org.decodebench.reports.experiment.Experiment.Setting;
import org.decodebench.reports.experiment.Experiment.Slo;

/** Reads and validates experiment files; every error names file, line and column. */
public final class ExperimentReader {
  static final Set<String> KEYS =
      Set.of(
          "name",
          "description",
          "seed",
          "forks",
          "order",
          "runs",
          "prompts",
          "max_new_tokens",
          "batch",
          "threads",
          "backend",
          "warm_up",
          "measure",
          "perplexity",
          "baseline",
          "time_limit",
          "time_budget",
          "ci",
          "max_forks",
          "slo",
          "jvm_flags",
          "traces");
  static final Set<String> RUN_KEYS = Set.of("model", "models", "decoder", "decoders", "grid");
  static final Set<String> PROMPT_KEYS =
      Set.of("source", "count", "tokens", "file", "jsonl", "field", "inline");
  static final Set<String> ROUND_KEYS = Set.of("rounds", "time", "until_stationary");
  static final Set<String> PERPLEXITY_KEYS = Set.of("source", "texts", "samples");
  static final Set<String> SLO_KEYS = Set.of("ttft", "tpot");

  static final Set<String> BACKENDS = Set.of("auto", "scalar", "vector", "tornado");

  private final Path folder;

  private ExperimentReader(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws UsageException if it cannot be read or is not valid
   */
  public static Experiment file(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new UsageException("experiment %s is not UTF-8 text".formatted(file), e);
    } catch (IOException e) {
      throw new UsageException(
          "cannot read experiment %s; give a YAML file, or none for the built-in one"
              .formatted(file),
          e);
    }
    return text(file.toString(), text, file.toAbsolutePath().getParent());
  }

  /** A built-in experiment: {@code default} or {@code quick}. */
  public static Experiment builtIn(String name) {
    try (InputStream in = ExperimentReader.class.getResourceAsStream(name + ".yaml")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text("built-in " + name + ".yaml", text, Path.of("").toAbsolutePath());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * @param name for errors
   * @param folder that relative paths in it refer to
   */
  public static Experiment text(String name, String text, Path folder) {
    return new ExperimentReader(folder).read(Node.parse(name, text), text, name);
  }

  private Experiment read(Node root, String text, String file) {
    Map<String, Node> f = root.fields(KEYS);
    if (!f.containsKey("runs")) {
      throw new UsageException(
          "%s: 'runs' is missing: the models and decoders to compare".formatted(root.where()));
    }
    return new Experiment(
        f.containsKey("name") ? name(f.get("name")) : stem(file),
        f.containsKey("description") ? f.get("description").text() : "",
        text,
        f.containsKey("seed") ? f.get("seed").whole(Long.MIN_VALUE, Long.MAX_VALUE) : 1,
        f.containsKey("forks") ? f.get("forks").integer(1, 1000) : 3,
        f.containsKey("order") ? f.get("order").choice(Order.class) : Order.INTERLEAVED,
        settings(f),
        f.containsKey("prompts") ? prompts(f.get("prompts")) : new Prompts.OfSource("tales", 6, 12),
        rounds(f.get("warm_up"), new Rounds(10, Duration.ofSeconds(3), true)),
        rounds(f.get("measure"), new Rounds(3, Duration.ofSeconds(10), false)),
        perplexity(f.get("perplexity")),
        f.containsKey("baseline") ? f.get("baseline").text() : null,
        f.containsKey("time_limit") ? f.get("time_limit").duration() : Duration.ofMinutes(10),
        f.containsKey("time_budget") ? f.get("time_budget").duration() : null,
        adaptive(f),
        slo(f.get("slo")),
        f.containsKey("jvm_flags")
            ? f.get("jvm_flags").oneOrMany().stream().map(Node::text).toList()
            : List.of(),
        f.containsKey("traces") ? f.get("traces").integer(0, 1000) : 3);
  }

  private static String name(Node node) {
    String name = node.text();
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw node.bad("a name of letters, digits, '.', '_' and '-'");
    }
    return name;
  }

  private static String stem(String file) {
    String name = Path.of(file).getFileName().toString().replaceFirst("\\.ya?ml$", "");
    String clean = name.replaceAll("[^A-Za-z0-9._-]", "-");
    return clean.matches("[A-Za-z0-9].*") ? clean : "experiment";
  }

  private static List<Setting> settings(Map<String, Node> f) {
    List<Setting> settings = new ArrayList<>();
    for (Node run : f.get("runs").oneOrMany()) {
      Map<String, Node> r = run.fields(RUN_KEYS);
      for (Node model : either(run, r, "model", "models")) {
        for (Node decoder : either(run, r, "decoder", "decoders")) {
          for (String spec : specs(decoder.text(), r.get("grid"))) {
            settings.addAll(crossed(f, model.text(), spec, decoder.where()));
          }
        }
      }
    }
    return List.copyOf(settings);
  }

  private static List<Node> either(Node run, Map<String, Node> r, String one, String many) {
    if (r.containsKey(one) == r.containsKey(many)) {
      throw new UsageException(
          "%s: a run needs either '%s' or '%s'".formatted(run.where(), one, many));
    }
    return r.get(r.containsKey(one) ? one : many).oneOrMany();
  }

  /** The spec with every combination of the grid's values appended. */
  private static List<String> specs(String decoder, Node grid) {
    List<String> specs = List.of(decoder);
    Map<String, Node> axes = grid == null ? Map.of() : grid.fields();
    for (Map.Entry<String, Node> axis : axes.entrySet()) {
      List<String> wider = new ArrayList<>();
      for (String spec : specs) {
        for (Node value : axis.getValue().oneOrMany()) {
          wider.add(spec + (spec.contains(":") ? "," : ":") + axis.getKey() + "=" + value.text());
        }
      }
      specs = wider;
    }
    return specs;
  }

  private static List<Setting> crossed(
      Map<String, Node> f, String model, String decoder, String where) {
    List<Setting> out = new ArrayList<>();
    for (int tokens : integers(f.get("max_new_tokens"), 0, 1, 1 << 20)) {
      for (int batch : integers(f.get("batch"), 1, 1, 4096)) {
        for (int threads : integers(f.get("threads"), 0, 1, 4096)) {
          for (String backend : backends(f.get("backend"))) {
            out.add(new Setting(model, decoder, tokens, batch, threads, backend, where));
          }
        }
      }
    }
    return out;
  }

  private static List<Integer> integers(Node node, int absent, int min, int max) {
    return node == null
        ? List.of(absent)
        : node.oneOrMany().stream().map(n -> n.integer(min, max)).toList();
  }

  private static List<String> backends(Node node) {
    if (node == null) {
      return List.of("auto");
    }
    for (Node n : node.oneOrMany()) {
      if (!BACKENDS.contains(n.text())) {
        throw n.bad("auto, scalar, vector or tornado");
      }
    }
    return node.oneOrMany().stream().map(Node::text).toList();
  }

  private Prompts prompts(Node node) {
    if (node.isList()) {
      return new Prompts.Inline(node.oneOrMany().stream().map(Node::text).toList());
    }
    Map<String, Node> p = node.fields(PROMPT_KEYS);
    List<String> kinds =
        List.of("source", "file", "jsonl", "inline").stream().filter(p::containsKey).toList();
    if (kinds.size() != 1) {
      throw new UsageException(
          "%s: prompts need one of 'source', 'file', 'jsonl', 'inline'".formatted(node.where()));
    }
    int count = p.containsKey("count") ? p.get("count").integer(1, 1_000_000) : 0;
    int most = count == 0 ? Integer.MAX_VALUE : count;
    return switch (kinds.getFirst()) {
      case "source" ->
          new Prompts.OfSource(
              source(p.get("source")),
              count == 0 ? 6 : count,
              p.containsKey("tokens") ? p.get("tokens").integer(1, 1 << 20) : 12);
      case "file" -> new Prompts.TextFile(path(p.get("file")), most);
      case "jsonl" ->
          new Prompts.JsonLines(
              path(p.get("jsonl")), p.containsKey("field") ? p.get("field").text() : "turns", most);
      default -> new Prompts.Inline(p.get("inline").oneOrMany().stream().map(Node::text).toList());
    };
  }

  private Path path(Node node) {
    Path path = folder.resolve(node.text());
    if (!Files.isRegularFile(path)) {
      throw node.bad("a file that exists (relative to " + folder + ")");
    }
    return path;
  }

  private static String source(Node node) {
    try {
      Sources.byName(node.text());
    } catch (UsageException e) {
      throw new UsageException(node.where() + ": " + e.getMessage(), e);
    }
    return node.text();
  }

  private static Rounds rounds(Node node, Rounds absent) {
    if (node == null) {
      return absent;
    }
    Map<String, Node> r = node.fields(ROUND_KEYS);
    return new Rounds(
        r.containsKey("rounds") ? r.get("rounds").integer(0, 1_000_000) : absent.rounds(),
        r.containsKey("time") ? r.get("time").duration() : absent.time(),
        r.containsKey("until_stationary")
            ? r.get("until_stationary").flag()
            : absent.untilStationary());
  }

  private static Perplexity perplexity(Node node) {
    if (node == null) {
      return new Perplexity("tales", 32, 8);
    }
    if ("false".equals(node.value())) {
      return new Perplexity(null, 0, 0);
    }
    Map<String, Node> p = node.fields(PERPLEXITY_KEYS);
    return new Perplexity(
        p.containsKey("source") ? source(p.get("source")) : "tales",
        p.containsKey("texts") ? p.get("texts").integer(1, 1_000_000) : 32,
        p.containsKey("samples") ? p.get("samples").integer(1, 1_000_000) : 8);
  }

  private static Adaptive adaptive(Map<String, Node> f) {
    if (!f.containsKey("ci")) {
      return null;
    }
    return new Adaptive(
        f.get("ci").share(),
        f.containsKey("max_forks") ? f.get("max_forks").integer(2, 10_000) : 20);
  }

  private static Slo slo(Node node) {
    if (node == null) {
      return null;
    }
    Map<String, Node> s = node.fields(SLO_KEYS);
    if (s.isEmpty()) {
      throw node.bad("ttft, tpot or both");
    }
    return new Slo(
        s.containsKey("ttft") ? s.get("ttft").duration() : null,
        s.containsKey("tpot") ? s.get("tpot").duration() : null);
  }

  /** For the command line's {@code --slo ttft=200ms,tpot=20ms}. */
  public static Slo slo(String text) {
    Map<String, Node> fields = new LinkedHashMap<>();
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", 2);
      if (sides.length < 2) {
        throw new UsageException("--slo %s: expected ttft=200ms,tpot=20ms".formatted(text));
      }
      fields.put(sides[0].strip(), new Node("--slo " + sides[0].strip(), sides[1]));
    }
    return slo(new Node("--slo", fields));
  }

  /** For the command line's {@code --ci 2%}. */
  public static double share(String text) {
    return new Node("--ci", text).share();
  }
}
