package org.decodebench.reports.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Trace;

/** A result folder with invented numbers, for tests of what reads one. Never shown to users. */
public final class MadeUpResults {
  private final SplittableRandom random;
  private int forks = 3;
  private double scatter = 0.02;
  private String machineClass = "test-cpu/4/linux/amd64";
  private String prompt = "one day the old fox";

  /** What is invented about a setting. */
  private record Kind(
      String model,
      String paradigm,
      String decoder,
      double tokensPerS,
      double nfe,
      double nll,
      double valid) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("tales-ar", "autoregressive", "ar", 900, 1.0, 1.84, 0.99),
          new Kind(
              "tales-ar",
              "autoregressive",
              "speculative:draft=tales-draft,k=4",
              1500,
              0.31,
              1.84,
              0.99),
          new Kind(
              "tales-mdlm", "masked-diffusion", "masked-diffusion:steps=64", 310, 1.1, 1.95, 0.93),
          new Kind(
              "tales-mdlm",
              "masked-diffusion",
              "masked-diffusion:steps=16",
              1180,
              0.28,
              2.31,
              0.71),
          new Kind(
              "tales-mdlm", "masked-diffusion", "masked-diffusion:steps=4", 4300, 0.07, 3.2, 0.12),
          new Kind(
              "tales-bd8", "block-diffusion", "block-diffusion:steps=8", 520, 1.15, 1.88, 0.97),
          new Kind(
              "tales-bd8",
              "block-diffusion",
              "block-diffusion:threshold=0.9",
              1010,
              0.5,
              1.93,
              0.95));

  public MadeUpResults(long seed) {
    random = new SplittableRandom(seed);
  }

  public MadeUpResults forks(int n) {
    forks = n;
    return this;
  }

  /** Relative standard deviation between forks. */
  public MadeUpResults scatter(double relative) {
    scatter = relative;
    return this;
  }

  public MadeUpResults machineClass(String name) {
    machineClass = name;
    return this;
  }

  public MadeUpResults prompt(String text) {
    prompt = text;
    return this;
  }

  /** Records of all settings, interleaved by fork. */
  public List<RunRecord> records() {
    List<RunRecord> records = new ArrayList<>();
    for (int fork = 1; fork <= forks; fork++) {
      for (int k = 0; k < KINDS.size(); k++) {
        records.add(record(KINDS.get(k), "set%02d".formatted(k), fork, records.size()));
      }
    }
    return records;
  }

  public Path write(Path folder) {
    write(folder, records());
    ResultFiles.write(folder, environment());
    for (int k = 0; k < KINDS.size(); k++) {
      ResultFiles.write(
          folder,
          "set%02d".formatted(k),
          List.of(
              trace(KINDS.get(k), "set%02d".formatted(k), 0),
              trace(KINDS.get(k), "set%02d".formatted(k), 1)));
    }
    return folder;
  }

  public static void write(Path folder, List<RunRecord> records) {
    try {
      Files.createDirectories(folder);
      StringBuilder lines = new StringBuilder();
      for (RunRecord r : records) {
        lines.append(Json.LINES.writeValueAsString(r)).append('\n');
      }
      Files.writeString(folder.resolve(Results.RUNS_JSONL), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same run with other figures. */
  public static RunRecord with(RunRecord r, Map<String, Double> figures) {
    return copy(r, r.status(), r.outputHash(), figures);
  }

  /** The figures of a run at another speed of everything but the ruler. */
  public static Map<String, Double> at(RunRecord r, double speed) {
    Map<String, Double> figures = new LinkedHashMap<>();
    r.figures()
        .forEach((name, value) ->
            figures.put(
                name,
                name.endsWith("_ms")
                    ? value / speed
                    : name.endsWith("tokens_per_s") ? value * speed : value));
    return figures;
  }

  /** The same run with other tokens. */
  public static RunRecord withOutput(RunRecord r, String hash) {
    return copy(r, r.status(), hash, r.figures());
  }

  /** The same run, but it did not finish. */
  public static RunRecord failed(RunRecord r) {
    return copy(r, RunRecord.Status.FAILED, null, Map.of());
  }

  private static RunRecord copy(
      RunRecord r, RunRecord.Status status, String output, Map<String, Double> figures) {
    return new RunRecord(
        r.schemaVersion(),
        r.runId(),
        r.setting(),
        r.experiment(),
        r.startedAt(),
        r.order(),
        r.fork(),
        status,
        status == RunRecord.Status.OK ? null : "made to fail",
        r.machineClass(),
        r.commit(),
        r.model(),
        r.modelHash(),
        r.paradigm(),
        r.decoder(),
        r.workload(),
        r.workloadHash(),
        r.prompts(),
        r.maxNewTokens(),
        r.batch(),
        r.threads(),
        r.backend(),
        r.seed(),
        r.flags(),
        r.warmupIterations(),
        r.stationary(),
        r.iterations(),
        r.decodes(),
        r.perplexityKind(),
        output,
        r.greedy(),
        r.acceptanceByPosition(),
        r.phaseMs(),
        r.warmupSamplesMs(),
        r.latencySamplesMs(),
        r.outliers(),
        r.warnings(),
        figures);
  }

  private RunRecord record(Kind kind, String setting, int fork, int order) {
    double noise = Math.exp(scatter * gaussian());
    Map<String, Double> f = new LinkedHashMap<>();
    double tokens = 38;
    double speed = kind.tokensPerS() / noise;
    double latency = tokens / speed * 1000;
    boolean drafts = kind.decoder().startsWith("speculative");
    boolean canvas = kind.decoder().contains("diffusion");
    f.put("tokens_per_s", speed);
    f.put("latency_ms", latency);
    f.put("ttft_ms", canvas ? latency * 0.4 : latency * 0.05);
    f.put("first_commit_ms", latency * 0.05);
    f.put("tpot_ms", (latency - f.get("ttft_ms")) / (tokens - 1));
    f.put("decode_tokens_per_s", speed * 1.04);
    f.put("itl_p50_ms", f.get("tpot_ms") * 0.9);
    f.put("itl_p90_ms", f.get("tpot_ms") * 1.4);
    f.put("itl_p99_ms", f.get("tpot_ms") * 2.6);
    f.put("output_tokens", tokens);
    f.put("nfe_per_token", kind.nfe());
    f.put("positions_per_token", canvas ? kind.nfe() * 96 : drafts ? kind.nfe() * 5 : 1.2);
    f.put("bytes_per_token", kind.nfe() * 6.4e6);
    f.put("flop_per_token", f.get("positions_per_token") * 6.1e6);
    f.put("gb_per_s", f.get("bytes_per_token") * speed / 1e9);
    f.put("gflop_per_s", f.get("flop_per_token") * speed / 1e9);
    if (drafts) {
      f.put("draft_nfe_per_token", 1.2);
      f.put("acceptance_rate", 0.74);
      f.put("mean_accepted_length", 3.2);
      f.put("wasted_positions_per_token", (4 - 2.2) / 3.2);
      f.put("draft_us_per_token", 0.3e6 / speed);
      f.put("cache_us_per_token", 0.02e6 / speed);
    }
    if (!canvas) {
      f.put("target_us_per_token", (drafts ? 0.5e6 : 0.8e6) / speed);
      f.put("sample_us_per_token", 0.1e6 / speed);
    }
    f.put("perplexity", canvas ? 7.4 : 6.3);
    f.put("perplexity_se", canvas ? 0.05 : Double.NaN);
    f.put("bits_per_byte", 0.61);
    f.put("source_nll_per_token", kind.nll());
    f.put("valid_share", kind.valid());
    f.put("token_error_rate", (1 - kind.valid()) / 20);
    f.put("distinct_2", 0.42);
    f.put("token_entropy_bits", 5.1);
    List<Double> samples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      samples.add(latency * Math.exp(0.05 * gaussian()));
    }
    Map<String, Double> phases = new LinkedHashMap<>();
    phases.put("prefill", latency * 0.05);
    if (drafts) {
      phases.put("draft", latency * 0.3);
      phases.put("verify", latency * 0.5);
    } else {
      phases.put("forward", latency * 0.8);
    }
    phases.put("sample", latency * 0.1);
    phases.put("other", latency * 0.05);
    return new RunRecord(
        1,
        setting + "-f" + fork,
        setting,
        "made-up",
        "2026-11-20T12:00:00Z",
        order,
        fork,
        RunRecord.Status.OK,
        null,
        machineClass,
        "abc1234",
        kind.model(),
        "0123456789ab",
        kind.paradigm(),
        kind.decoder(),
        "tales",
        "fedcba987654",
        8,
        95,
        1,
        2,
        "vector",
        1,
        List.of("-Xmx1g"),
        12,
        true,
        5,
        40,
        canvas ? "nelbo" : "exact",
        "00aa11bb22cc",
        true,
        drafts ? List.of(0.9, 0.8, 0.7, 0.6) : List.of(),
        phases,
        List.of(),
        samples,
        List.of(),
        List.of(),
        f);
  }

  private double gaussian() {
    double sum = 0;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum - 6;
  }

  private Environment environment() {
    return new Environment(
        1,
        "0.1.0",
        "abc1234",
        "made-up",
        "name: made-up # <script>alert('file')</script>\n",
        "2026-11-20T12:00:00Z",
        "2026-11-20T12:03:00Z",
        List.of("run", "--quick"),
        1,
        "tales-ar ar",
        new Environment.Machine(
            machineClass,
            "Invented CPU 9000",
            4,
            8,
            3600,
            List.of("L1d 48 KiB", "L2 2 MiB"),
            16L << 30,
            "Linux 6.1",
            "amd64",
            "performance",
            0.4,
            "0-7",
            0),
        new Environment.Java(
            "25.0.3+9",
            "Eclipse Adoptium",
            "OpenJDK 64-Bit Server VM",
            List.of("-Xmx1g", "--add-modules", "jdk.incubator.vector")),
        new Environment.Runtime(
            "vector", "vector kernels, 256 bits: module jdk.incubator.vector is there", 256, 2),
        List.of(
            new Environment.Model(
                "tales-ar",
                "0123456789ab",
                "autoregressive",
                3_200_000,
                256,
                700,
                "target",
                6.3,
                "exact",
                0.02,
                1,
                200,
                0.61),
            new Environment.Model(
                "tales-mdlm",
                "123456789abc",
                "masked-diffusion",
                3_200_000,
                256,
                700,
                "target",
                7.4,
                "nelbo",
                0.05,
                64,
                200,
                0.66)),
        List.of("load average 0.4 when the run began"));
  }

  private static final String[] WORDS =
      " saw a lamp by the river . it was her lamp , and she took it home to the mill . the crow came back with a key ."
          .split("(?= )");

  private Trace trace(Kind kind, String setting, int index) {
    List<Trace.Event> events = new ArrayList<>();
    List<String> pieces = new ArrayList<>(List.of(WORDS));
    pieces.add(""); // the end token
    int n = pieces.size();
    List<Integer> tokens = java.util.stream.IntStream.range(3, 3 + n).boxed().toList();
    double latency = n / kind.tokensPerS() * 1000;
    if (kind.decoder().startsWith("speculative")) {
      drafted(events, pieces, latency);
    } else if (kind.decoder().contains("diffusion")) {
      unmasked(events, pieces, latency, kind.decoder().startsWith("block") ? 8 : n);
    } else {
      events.add(new Trace.Prefilled(latency * 0.04));
      for (int i = 0; i < n; i++) {
        events.add(
            new Trace.Committed(
                latency * (i + 1) / n,
                i,
                List.of(i),
                List.of(3 + i),
                List.of(pieces.get(i)),
                false));
      }
    }
    List<Double> surprisal = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean impossible = kind.valid() < 0.9 && i >= n / 2;
      surprisal.add(impossible ? Double.NaN : 4 * random.nextDouble() * random.nextDouble());
    }
    String text = index == 0 ? prompt : "then the miller";
    return new Trace(
        new Trace.Header(1, setting, kind.model(), kind.decoder(), index, text, List.of(text), 48),
        events,
        new Trace.End(latency, tokens, pieces, String.join("", pieces), "end", surprisal));
  }

  private static void drafted(List<Trace.Event> events, List<String> pieces, double latency) {
    int n = pieces.size();
    events.add(new Trace.Prefilled(latency * 0.04));
    int step = 0;
    for (int at = 0; at < n; step++) {
      int k = Math.min(4, n - at);
      int accepted = Math.min(1 + step % 4, k);
      List<String> draft = new ArrayList<>(pieces.subList(at, at + k));
      for (int i = accepted; i < k; i++) {
        draft.set(i, " wrong");
      }
      events.add(
          new Trace.Drafted(
              latency * (at + 0.4) / n, step, at, draft.stream().map(_ -> 3).toList(), draft));
      int committed = Math.min(accepted + 1, n - at);
      List<Integer> positions = new ArrayList<>();
      for (int i = 0; i < committed; i++) {
        positions.add(at + i);
      }
      events.add(
          new Trace.Committed(
              latency * (at + committed) / n,
              step,
              positions,
              positions.stream().map(_ -> 3).toList(),
              pieces.subList(at, at + committed),
              false));
      at += committed;
    }
  }

  private void unmasked(List<Trace.Event> events, List<String> pieces, double latency, int block) {
    int n = pieces.size();
    int step = 0;
    for (int begin = 0; begin < n; begin += block) {
      List<Integer> open = new ArrayList<>();
      for (int i = begin; i < Math.min(n, begin + block); i++) {
        open.add(i);
      }
      int size = open.size();
      while (!open.isEmpty()) {
        int position = open.remove(random.nextInt(open.size()));
        double t = latency * (begin + size - open.size()) / n;
        boolean last = begin + block >= n && open.isEmpty();
        events.add(
            new Trace.Committed(
                last ? latency : t,
                step++,
                List.of(position),
                List.of(3),
                List.of(pieces.get(position)),
                false));
      }
    }
  }
}
