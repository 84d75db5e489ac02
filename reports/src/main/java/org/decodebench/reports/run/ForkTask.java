package org.decodebench.reports.run;

import java.util.List;

/**
 * What a child JVM is asked to measure; its only input, a JSON file.
 *
 * @param runId of the record
 * @param setting hash
 * @param experiment name
 * @param order place in the run
 * @param fork from 1
 * @param machineClass for the record
 * @param commit for the record, may be null
 * @param model reference
 * @param modelHash for the record
 * @param perplexityKind of the model's figures that follow, for the record; null if not known
 * @param perplexity NaN if not known
 * @param perplexitySe its standard error
 * @param bitsPerByte NaN if not known
 * @param decoder spec
 * @param workload name of the prompts
 * @param workloadHash for the record
 * @param source whose language the prompts are; null for none
 * @param prompts texts
 * @param maxNewTokens most tokens a sequence; 0 for what the context leaves, at most {@link
 *     #DEFAULT_NEW_TOKENS}
 * @param batch sequences a decode
 * @param threads of the runtime; 0 for its default
 * @param backend asked for
 * @param seed of the experiment
 * @param flags of this JVM
 * @param warmUpRounds most rounds before measuring
 * @param warmUpMs after which no further warm-up round starts
 * @param untilStationary whether warm-up ends early
 * @param measureRounds rounds to measure
 * @param measureMs after which no further one starts
 * @param sloTtftMs NaN for none
 * @param sloTpotMs NaN for none
 * @param traces prompts to record for the replay; 0 for none
 * @param traceFolder result folder for them
 * @param recordFile where the record goes
 */
record ForkTask(
    String runId,
    String setting,
    String experiment,
    int order,
    int fork,
    String machineClass,
    String commit,
    String model,
    String modelHash,
    String perplexityKind,
    double perplexity,
    double perplexitySe,
    double bitsPerByte,
    String decoder,
    String workload,
    String workloadHash,
    String source,
    List<String> prompts,
    int maxNewTokens,
    int batch,
    int threads,
    String backend,
    long seed,
    List<String> flags,
    int warmUpRounds,
    long warmUpMs,
    boolean untilStationary,
    int measureRounds,
    long measureMs,
    double sloTtftMs,
    double sloTpotMs,
    int traces,
    String traceFolder,
    String recordFile) {

  /** Most new tokens where nothing is asked for. */
  static final int DEFAULT_NEW_TOKENS = 256;
}
