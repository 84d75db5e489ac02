package org.decodebench.reports.run;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.Cost;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.DeviceModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.Trace;
import org.decodebench.reports.roofline.Widths;
import org.decodebench.reports.stats.Stats;

/** What a child JVM does: warm up, measure, and put the figures together afterwards. */
final class ForkRun {
  /** Rounds whose events are kept, to choose the decodes for the replay from. */
  private static final int TRACED_ROUNDS = 15;

  /** New tokens of the decode that only asks for kernels. */
  private static final int ASKING_TOKENS = 8;

  private final ForkTask task;
  private final LanguageModel model;
  private final CostCounter targetCost = new CostCounter();
  private final CostCounter draftCost = new CostCounter();
  private final LanguageModel metered;
  private final Decoder decoder;
  private final List<DecodeRequest.Prompt> prompts;
  private final EventLog log = new EventLog();
  private final Rapl rapl = Rapl.find();
  private final Ruler ruler;

  /** What forwards of each width had cost when warm-up ended. */
  private Map<Long, Cost> targetBefore;

  private Map<Long, Cost> draftBefore;

  /** What a fork leaves behind. */
  record Outcome(RunRecord record, List<Trace> traces) {}

  ForkRun(ForkTask task, ModelLoader models) {
    this.task = task;
    model = models.model(task.model());
    Slowdown slowdown = Slowdown.ofThisJvm(task.fork());
    metered = slowdown.of(new MeteredModel(model, targetCost));
    decoder = Decoders.create(task.decoder(), models.context(m -> new MeteredModel(m, draftCost)));
    decoder.check(model);
    prompts = prompts(task.prompts(), model);
    ruler = new Ruler(Runtimes.threads(task.threads()));
  }

  private static List<DecodeRequest.Prompt> prompts(List<String> texts, LanguageModel model) {
    List<DecodeRequest.Prompt> prompts = new ArrayList<>();
    for (String text : texts) {
      prompts.add(new DecodeRequest.Prompt(prompts.size(), model.tokenizer().encode(text, true)));
    }
    return prompts;
  }

  Outcome run() {
    Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    WarmUp warmUp = warmUp();
    if (warmUp.rounds() > 0) {
      System.gc(); // what loading and warming up left is not collected while we measure
    }
    targetBefore = targetCost.byWidth();
    draftBefore = draftCost.byWidth();
    ruler.read();
    List<MeasuredDecode> decodes = new ArrayList<>();
    long end = System.nanoTime() + task.measureMs() * 1_000_000L;
    int round = 0;
    do {
      decodes.addAll(round(round++));
    } while (round < task.measureRounds() && System.nanoTime() < end);
    ruler.read();
    RunRecord record = record(started, warmUp, round, decodes);
    List<Trace> traces = task.traces() == 0 ? List.of() : traces(decodes);
    return new Outcome(record, traces);
  }

  private WarmUp warmUp() {
    if (task.warmUpRounds() > 0) {
      // A short decode asks for the kernels; the compiler is done sooner if nobody decodes.
      List<DecodeRequest.Prompt> batch = prompts.subList(0, Math.min(task.batch(), prompts.size()));
      int few = Math.min(ASKING_TOKENS, newTokens(batch));
      log.start();
      decoder.decode(new DecodeRequest(metered, batch, few, task.seed()), log);
      KernelsProvider.awaitCompiled();
    }
    return WarmUp.of(
        new WarmUp.Limits(task.warmUpRounds(), task.warmUpMs(), task.untilStationary()),
        () -> round(0).stream().mapToDouble(d -> d.times().latencyMs()).sum(),
        new CompilerLoad()::idle);
  }

  private List<MeasuredDecode> round(int round) {
    List<MeasuredDecode> decodes = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += task.batch()) {
      int to = Math.min(prompts.size(), from + task.batch());
      decodes.add(decode(round, from, to));
    }
    return decodes;
  }

  private MeasuredDecode decode(int round, int from, int to) {
    List<DecodeRequest.Prompt> batch = prompts.subList(from, to);
    // Every fork and round sees other random numbers, so that figures of quality rest on as many
    // texts as were decoded; the same ones in every setting and in every repetition of the run.
    long seed = task.seed() + 1_000_003L * task.fork() + round;
    var request = new DecodeRequest(metered, batch, newTokens(batch), seed);
    var targetBefore = targetCost.total();
    var draftBefore = draftCost.total();
    long[] energy = rapl.read();
    log.start();
    DecodeResult result = decoder.decode(request, log);
    long end = System.nanoTime();
    double joules = rapl.joules(energy, rapl.read());
    int[] tokens = result.sequences().stream().mapToInt(s -> s.tokens().length).toArray();
    EventLog.Event[] events = log.events();
    boolean keep = round < TRACED_ROUNDS && from < task.traces();
    return new MeasuredDecode(
        round,
        Stream.iterate(from, i -> i + 1).limit(to - from).toList(),
        DecodeTimes.of(events, log.startNanos(), end, tokens),
        result,
        targetCost.total().minus(targetBefore),
        draftCost.total().minus(draftBefore),
        keep ? events : null,
        log.startNanos(),
        joules);
  }

  private int newTokens(List<DecodeRequest.Prompt> batch) {
    int longest = batch.stream().mapToInt(p -> p.tokens().length).max().orElseThrow();
    int room = model.config().contextLength() - longest;
    int wanted = task.maxNewTokens();
    if (room < Math.max(1, wanted)) {
      throw new UsageException(
          "a prompt of %d tokens leaves %d of the %d positions of %s, not %d; ask for fewer tokens"
              .formatted(
                  longest,
                  Math.max(0, room),
                  model.config().contextLength(),
                  model.name(),
                  Math.max(1, wanted)));
    }
    return wanted > 0 ? wanted : Math.min(room, ForkTask.DEFAULT_NEW_TOKENS);
  }

  private RunRecord record(
      Instant started, WarmUp warmUp, int rounds, List<MeasuredDecode> decodes) {
    Map<String, Double> figures =
        new LinkedHashMap<>(ForkFigures.of(decodes, task.sloTtftMs(), task.sloTpotMs()));
    figures.putAll(
        Widths.figures(
            since(targetBefore, targetCost),
            since(draftBefore, draftCost),
            decodes.stream().mapToInt(MeasuredDecode::outputTokens).sum()));
    figures.put("ruler_per_s", ruler.perSecond());
    figures.put("perplexity", task.perplexity());
    figures.put("perplexity_se", task.perplexitySe());
    figures.put("bits_per_byte", task.bitsPerByte());
    figures.putAll(quality().figures(samples(decodes)));
    figures.putAll(deviceFigures(decodes));
    List<Double> latencies = decodes.stream().map(d -> d.times().latencyMs()).toList();
    List<MeasuredDecode> first = decodes.stream().filter(d -> d.round() == 0).toList();
    return new RunRecord(
        RunRecord.SCHEMA_VERSION,
        task.runId(),
        task.setting(),
        task.experiment(),
        started.toString(),
        task.order(),
        task.fork(),
        RunRecord.Status.OK,
        null,
        task.machineClass(),
        task.commit(),
        task.model(),
        task.modelHash(),
        Labels.paradigm(model.config().paradigm()),
        decoder.spec(),
        task.workload(),
        task.workloadHash(),
        prompts.size(),
        task.maxNewTokens(),
        task.batch(),
        Runtimes.threads(task.threads()),
        Runtimes.backend(task.backend()),
        task.seed(),
        task.flags(),
        warmUp.rounds(),
        warmUp.stationary(),
        rounds,
        decodes.size(),
        task.perplexityKind(),
        outputHash(first),
        greedy(decodes),
        ForkFigures.acceptanceByPosition(decodes),
        ForkFigures.phases(decodes),
        warmUp.timesMs(),
        latencies,
        Stats.outliers(latencies.stream().mapToDouble(Double::doubleValue).toArray()),
        warmUp.stationary() ? List.of() : List.of("the times had not settled when warm-up ended"),
        figures);
  }

  /** Timing a device's kernels one by one slows it down, so that is done in a round of its own. */
  private Map<String, Double> deviceFigures(List<MeasuredDecode> decodes) {
    if (!(model instanceof DeviceModel device)) {
      return Map.of();
    }
    device.profile();
    int count = round(0).size();
    DeviceModel.Times times = device.times();
    double kernels = times.kernelNanos() / 1e6 / count;
    double latency = decodes.stream().mapToDouble(d -> d.times().latencyMs()).average().orElse(0);
    return Map.of(
        "device_kernel_ms",
        kernels,
        "device_transfer_ms",
        times.transferNanos() / 1e6 / count,
        "device_bytes",
        (double) times.bytes() / count,
        "device_other_share",
        Math.max(0, 1 - kernels / latency));
  }

  private static Map<Long, Cost> since(Map<Long, Cost> before, CostCounter counter) {
    Map<Long, Cost> since = new LinkedHashMap<>(counter.byWidth());
    since.replaceAll((width, cost) -> cost.minus(before.getOrDefault(width, Cost.ZERO)));
    return since;
  }

  private SampleQuality quality() {
    Source source = task.source() == null ? null : Sources.byName(task.source());
    return new SampleQuality(source, model.tokenizer());
  }

  private List<SampleQuality.Sample> samples(List<MeasuredDecode> decodes) {
    List<SampleQuality.Sample> samples = new ArrayList<>();
    for (MeasuredDecode d : decodes) {
      for (int i = 0; i < d.prompts().size(); i++) {
        samples.add(
            new SampleQuality.Sample(
                prompts.get(d.prompts().get(i)).tokens(), d.result().sequences().get(i).tokens()));
      }
    }
    return samples;
  }

  /** Of the decodes of each batch that kept their events, the one of median latency. */
  static List<MeasuredDecode> typical(List<MeasuredDecode> decodes) {
    Map<List<Integer>, List<MeasuredDecode>> byBatch = new LinkedHashMap<>();
    for (MeasuredDecode d : decodes) {
      if (d.events() != null) {
        byBatch.computeIfAbsent(d.prompts(), _ -> new ArrayList<>()).add(d);
      }
    }
    List<MeasuredDecode> typical = new ArrayList<>();
    for (List<MeasuredDecode> same : byBatch.values()) {
      same.sort(Comparator.comparingDouble(d -> d.times().latencyMs()));
      typical.add(same.get((same.size() - 1) / 2));
    }
    return typical;
  }

  private static String outputHash(List<MeasuredDecode> decodes) {
    StringBuilder all = new StringBuilder();
    for (MeasuredDecode d : decodes) {
      for (DecodeResult.Sequence s : d.result().sequences()) {
        all.append(Arrays.toString(s.tokens()));
      }
    }
    return Hashes.of(all.toString());
  }

  /** Whether other random numbers would give the same: told by the temperature that was set. */
  private boolean greedy(List<MeasuredDecode> decodes) {
    return !decoder.spec().matches(".*[:,]temperature=(?!0(\\.0*)?(,|$)).*")
        && !decoder.spec().contains("order=random")
        && sameEveryRound(decodes);
  }

  private static boolean sameEveryRound(List<MeasuredDecode> decodes) {
    return decodes.stream().map(d -> d.prompts() + outputHash(List.of(d))).distinct().count()
        == decodes.stream().map(MeasuredDecode::prompts).distinct().count();
  }

  private List<Trace> traces(List<MeasuredDecode> decodes) {
    List<Trace> traces = new ArrayList<>();
    for (MeasuredDecode d : typical(decodes)) {
      for (int i = 0; i < d.prompts().size(); i++) {
        int prompt = d.prompts().get(i);
        if (prompt < task.traces()) {
          traces.add(
              Traces.of(
                  task, decoder.spec(), model, d, i, prompts.get(prompt).tokens(), quality()));
        }
      }
    }
    return traces;
  }
}
