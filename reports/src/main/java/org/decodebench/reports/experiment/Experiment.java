package org.decodebench.reports.experiment;

import java.time.Duration;
import java.util.List;

/**
 * What to measure.
 *
 * @param name of the result folder and in records
 * @param description for readers
 * @param text the file's text, kept with the results
 * @param seed of prompts and random streams
 * @param forks child JVMs a setting
 * @param order of the settings within a round of forks
 * @param settings what is compared
 * @param prompts the workload
 * @param warmUp before measuring
 * @param measure what is measured in a fork
 * @param perplexity of the models
 * @param baseline {@code model decoder} that ratios refer to; null for the first setting
 * @param timeLimit of one fork, after which it counts as hung
 * @param timeBudget of the whole run, after which no further fork starts; null for none
 * @param adaptive when to add forks; null for never
 * @param slo what a decode must meet to count as goodput; null for none
 * @param jvmFlags of the child JVMs, after the built-in ones
 * @param traces how many prompts of a setting are recorded for the replay
 */
public record Experiment(
    String name,
    String description,
    String text,
    long seed,
    int forks,
    Order order,
    List<Setting> settings,
    Prompts prompts,
    Rounds warmUp,
    Rounds measure,
    Perplexity perplexity,
    String baseline,
    Duration timeLimit,
    Duration timeBudget,
    Adaptive adaptive,
    Slo slo,
    List<String> jvmFlags,
    int traces) {

  /** Order of the settings within a round; rounds themselves always follow each other. */
  public enum Order {
    /** As written, in every round. */
    INTERLEAVED,
    /** Anew for every round, by the seed. */
    SHUFFLED
  }

  /**
   * One way of decoding to measure.
   *
   * @param model reference
   * @param decoder spec
   * @param maxNewTokens most tokens a sequence
   * @param batch sequences a decode
   * @param threads of the runtime
   * @param backend asked for
   * @param where it was written, for errors
   */
  public record Setting(
      String model,
      String decoder,
      int maxNewTokens,
      int batch,
      int threads,
      String backend,
      String where) {

    /** For people. */
    public String label() {
      return model + " " + decoder;
    }
  }

  /**
   * Rounds over all prompts.
   *
   * @param rounds at most (warm-up) or exactly (measuring)
   * @param time after which no further round starts
   * @param untilStationary whether rounds end early once their time has settled
   */
  public record Rounds(int rounds, Duration time, boolean untilStationary) {}

  /**
   * @param source of held-out texts; null to leave perplexity out
   * @param texts how many
   * @param samples Monte-Carlo samples a text, for bounds
   */
  public record Perplexity(String source, int texts, int samples) {}

  /**
   * @param share relative half width of the headline's interval that is narrow enough
   * @param maxForks of a setting
   */
  public record Adaptive(double share, int maxForks) {}

  /** Either may be null. */
  public record Slo(Duration ttft, Duration tpot) {}
}
