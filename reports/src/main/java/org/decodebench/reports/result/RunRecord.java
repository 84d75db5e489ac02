package org.decodebench.reports.result;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;

/**
 * One measured run: one fork (a child JVM) of one setting, over all its prompts and iterations. A
 * line of {@code runs.jsonl}; the figures stand beside the other fields, flat.
 *
 * <p>A latency figure is the median over the fork's measured decodes, a figure per token is a ratio
 * of sums over them. The fork is the unit of analysis: statistics take one value of each record.
 *
 * @param schemaVersion of the file
 * @param runId unique within a result folder: {@code <setting>-f<fork>}
 * @param setting hash of everything below that makes figures comparable: model hash, decoder,
 *     workload, lengths, batch, threads, backend, seed
 * @param experiment its name
 * @param startedAt UTC, ISO-8601
 * @param order place in the order in which the runs were made, from 0
 * @param fork from 1
 * @param status how it ended
 * @param error one line of what went wrong, with the fork's last output; null if nothing did
 * @param machineClass what must agree for times to be comparable
 * @param commit of the sources, or null
 * @param model as the user named it
 * @param modelHash SHA-256 (12 hexadecimal digits) of configuration and weights
 * @param paradigm of the model
 * @param decoder its canonical spec, starts with the decoder's name
 * @param workload name of the prompt set
 * @param workloadHash SHA-256 (12 digits) of prompts and lengths
 * @param prompts number of prompts
 * @param maxNewTokens most tokens a sequence
 * @param batch sequences a decode
 * @param threads of the runtime
 * @param backend that ran, not the one asked for
 * @param seed of the random streams
 * @param flags of the child JVM
 * @param warmupIterations rounds over the prompts before measuring
 * @param stationary whether the decode time had settled when warm-up ended
 * @param iterations measured rounds over the prompts
 * @param decodes measured decodes
 * @param perplexityKind {@code exact}, {@code nelbo}, {@code duel} or {@code oracle}; null if not
 *     known
 * @param outputHash SHA-256 (12 digits) of the tokens of the first measured round: same seed, model
 *     and setting must give the same
 * @param greedy whether the output depends on no random number
 * @param acceptanceByPosition acceptance rate at each draft position; empty where nothing is
 *     drafted
 * @param phaseMs milliseconds an average decode spends in each phase, with {@code other}
 * @param warmupSamplesMs time of every round of warm-up, in order: shows whether it had settled
 * @param latencySamplesMs latency of every measured decode, in order
 * @param outliers indices into {@code latencySamplesMs} beyond the outer Tukey fences; kept in all
 *     figures
 * @param warnings what may have spoilt the numbers
 * @param figures by {@link Figure#name}; absent or NaN where a figure does not apply
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunRecord(
    int schemaVersion,
    String runId,
    String setting,
    String experiment,
    String startedAt,
    int order,
    int fork,
    Status status,
    String error,
    String machineClass,
    String commit,
    String model,
    String modelHash,
    String paradigm,
    String decoder,
    String workload,
    String workloadHash,
    int prompts,
    int maxNewTokens,
    int batch,
    int threads,
    String backend,
    long seed,
    List<String> flags,
    int warmupIterations,
    boolean stationary,
    int iterations,
    int decodes,
    String perplexityKind,
    String outputHash,
    boolean greedy,
    List<Double> acceptanceByPosition,
    Map<String, Double> phaseMs,
    List<Double> warmupSamplesMs,
    List<Double> latencySamplesMs,
    List<Integer> outliers,
    List<String> warnings,
    @JsonAnyGetter @JsonAnySetter Map<String, Double> figures) {

  /** How a run ended. */
  public enum Status {
    OK,
    FAILED
  }

  /** Version that this build writes; it reads all up to it. */
  public static final int SCHEMA_VERSION = 1;

  public RunRecord {
    flags = copy(flags);
    acceptanceByPosition = copy(acceptanceByPosition);
    warmupSamplesMs = copy(warmupSamplesMs);
    latencySamplesMs = copy(latencySamplesMs);
    outliers = copy(outliers);
    warnings = copy(warnings);
    phaseMs = phaseMs == null ? Map.of() : phaseMs;
    figures = figures == null ? Map.of() : figures;
  }

  public boolean ok() {
    return status == Status.OK;
  }

  /** The decoder's name alone. */
  public String decoderName() {
    int colon = decoder.indexOf(':');
    return colon < 0 ? decoder : decoder.substring(0, colon);
  }

  /** A figure, NaN where it does not apply. */
  public double figure(String name) {
    Double value = figures.get(name);
    return value == null ? Double.NaN : value;
  }

  private static <T> List<T> copy(List<T> list) {
    return list == null ? List.of() : java.util.Collections.unmodifiableList(list);
  }
}
