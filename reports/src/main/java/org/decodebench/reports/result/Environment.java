package org.decodebench.reports.result;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/**
 * What was measured on what machine: {@code environment.json}.
 *
 * @param schemaVersion of the file
 * @param decodebenchVersion of the program
 * @param commit of its sources, with {@code +changes} if the tree was dirty; null if not known
 * @param experiment its name
 * @param experimentFile its text as it was run, YAML
 * @param startedAt UTC, ISO-8601
 * @param finishedAt UTC, ISO-8601; null while running or after a kill
 * @param command line as given
 * @param seed of the experiment
 * @param baseline decoder spec and model that ratios refer to, {@code model decoder}
 * @param machine the machine
 * @param java the JVM
 * @param runtime what computes
 * @param models that took part
 * @param warnings what may have spoilt the numbers
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Environment(
    int schemaVersion,
    String decodebenchVersion,
    String commit,
    String experiment,
    String experimentFile,
    String startedAt,
    String finishedAt,
    List<String> command,
    long seed,
    String baseline,
    Machine machine,
    Java java,
    Runtime runtime,
    List<Model> models,
    List<String> warnings) {

  /**
   * @param machineClass what must agree for times to be comparable: CPU, cores, OS, architecture
   * @param cpu its name
   * @param physicalCores number
   * @param logicalCores number
   * @param maxMhz nominal top frequency, 0 if not known
   * @param caches for example {@code L1d 48 KiB}
   * @param memoryBytes of the machine
   * @param os name and version
   * @param architecture for example {@code amd64}
   * @param governor CPU frequency governor, null if not known
   * @param loadAverage one-minute load when the run began, negative if not known
   * @param allowedCpus that the run was pinned to, as the system writes them ({@code 0-1}); null if
   *     not known
   * @param nice its priority, null if not known
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Machine(
      String machineClass,
      String cpu,
      int physicalCores,
      int logicalCores,
      long maxMhz,
      List<String> caches,
      long memoryBytes,
      String os,
      String architecture,
      String governor,
      double loadAverage,
      String allowedCpus,
      Integer nice) {}

  /**
   * @param version for example {@code 25.0.3+9}
   * @param vendor of the JDK
   * @param vm name of the virtual machine
   * @param flags of the child JVMs
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Java(String version, String vendor, String vm, List<String> flags) {}

  /**
   * @param backend that ran: {@code scalar}, {@code vector}, {@code tornado}
   * @param kernels what the provider logged: its choice and why
   * @param vectorBits preferred width, 0 for scalar
   * @param threads of the runtime
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Runtime(String backend, String kernels, int vectorBits, int threads) {}

  /**
   * @param name as the user named it
   * @param hash SHA-256 (12 hexadecimal digits) of configuration and weights
   * @param paradigm what it was trained to do
   * @param parameters number of weights, 0 if not known
   * @param contextLength most positions
   * @param vocabSize rows of the embedding
   * @param role {@code target} or {@code draft}
   * @param perplexity on held-out text, NaN if not known
   * @param perplexityKind {@code exact}, {@code nelbo}, {@code duel} or {@code oracle}
   * @param perplexitySe standard error
   * @param perplexitySamples Monte-Carlo samples a text (1 for exact)
   * @param perplexityTexts held-out texts
   * @param bitsPerByte of the held-out text
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Model(
      String name,
      String hash,
      String paradigm,
      long parameters,
      int contextLength,
      int vocabSize,
      String role,
      double perplexity,
      String perplexityKind,
      double perplexitySe,
      int perplexitySamples,
      int perplexityTexts,
      double bitsPerByte) {}
}
