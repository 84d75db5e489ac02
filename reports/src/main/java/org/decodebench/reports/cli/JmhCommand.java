package org.decodebench.reports.cli;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.jmh.JmhRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

@Command(
    name = "jmh",
    customSynopsis = "decodebench jmh [PATTERN]… [JMH OPTIONS]",
    description = "Run the JMH benchmarks: kernels, forwards, whole decodes.",
    footer = {
      "",
      "All options are JMH's own and go to it as they are; among them:",
      "  -l                 list the benchmarks; -lp with their parameters",
      "  PATTERN            only those whose name matches",
      "  -p NAME=A,B        only these values of a parameter, for example -p type=F32,Q8_0 -p width=1",
      "  -f N, -wi N, -i N  forks, warm-up iterations, measured iterations",
      "  -w 1s, -r 1s       time of an iteration",
      "  -rf json -rff FILE write results that 'decodebench compare' and 'report' read",
      "  -prof NAME         a profiler: gc, stack, perfnorm, perfasm; -lprof lists them",
      "",
      "Forks are started with the flags of the JVMs in which 'decodebench run' measures."
    })
public final class JmhCommand implements Subcommand {
  @Unmatched private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() {
    new JmhRun(arguments).run();
    return Main.DONE;
  }
}
