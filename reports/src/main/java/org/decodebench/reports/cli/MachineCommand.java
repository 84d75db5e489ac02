package org.decodebench.reports.cli;

import java.util.Optional;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.machine.LimitsCache;
import org.decodebench.reports.machine.LimitsText;
import org.decodebench.reports.result.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "machine",
    description = "Measure what this machine can do at most: read bandwidth and multiply-add rate.",
    footer = {
      "",
      "Takes a few seconds, once: the result is kept under DECODEBENCH_CACHE (default:",
      "~/.cache/decodebench). Every cache level and thread count has a line; the same loops as the",
      "kernels use, so the lines are the ceilings of the report's roofline."
    })
public final class MachineCommand implements Subcommand {
  @Option(names = "--fresh", description = "Measure anew.")
  private boolean fresh;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Most threads (default: one a physical core).")
  private Integer most;

  @Override
  public Integer call() throws InterruptedException {
    int threads = most == null ? 0 : Arguments.atLeast("--threads", most, 1);
    LimitsCache cache = LimitsCache.ofUser();
    Optional<Limits> known = fresh ? Optional.empty() : cache.find(threads);
    Limits limits = known.isPresent() ? known.get() : cache.measure(threads);
    if (json) {
      System.out.println(Json.INDENTED.writeValueAsString(limits));
    } else {
      LimitsText.of(limits).forEach(System.out::println);
      if (known.isPresent()) {
        System.err.println("measured before; --fresh measures anew (" + cache.file(threads) + ")");
      }
    }
    return Main.DONE;
  }
}
