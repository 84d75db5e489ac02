package org.decodebench.reports.jmh;

import java.io.IOException;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.reports.run.JvmFlags;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** JMH's own command line over the benchmarks of this package. */
public final class JmhRun {
  private final List<String> arguments;

  public JmhRun(List<String> arguments) {
    this.arguments = List.copyOf(arguments);
  }

  /**
   * Lists or runs benchmarks; output goes to standard output.
   *
   * @throws UsageException for an option that JMH does not know, a pattern that matches nothing, or
   *     a benchmark that failed
   */
  public void run() {
    try {
      CommandLineOptions asked = new CommandLineOptions(arguments.toArray(String[]::new));
      Runner runner = new Runner(options(asked));
      if (asked.shouldList()) {
        runner.list();
      } else if (asked.shouldListWithParams()) {
        runner.listWithParams(asked);
      } else if (asked.shouldListProfilers()) {
        asked.listProfilers();
      } else if (asked.shouldListResultFormats()) {
        asked.listResultFormats();
      } else if (asked.shouldHelp()) {
        asked.showHelp();
      } else {
        runner.run();
      }
    } catch (CommandLineOptionException e) {
      throw new UsageException("jmh: " + e.getMessage() + "; see decodebench jmh --help", e);
    } catch (NoBenchmarksException e) {
      throw new UsageException(
          "jmh: no benchmark matches %s; 'decodebench jmh -l' lists them".formatted(arguments), e);
    } catch (RunnerException e) {
      throw new UsageException("jmh: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UsageException("jmh: cannot write: " + e.getMessage(), e);
    }
  }

  /**
   * Forks get the measured JVMs' flags instead of this JVM's, which has a start-up archive and
   * other things of a command line.
   */
  private static org.openjdk.jmh.runner.options.Options options(CommandLineOptions asked) {
    ChainedOptionsBuilder options = new OptionsBuilder().parent(asked);
    if (!asked.getJvmArgs().hasValue()) {
      options.jvmArgs(JvmFlags.withDevice().toArray(String[]::new));
      if (JvmFlags.onDevice()) {
        options.jvmArgsAppend("-Djava.awt.headless=true"); // not the benchmarks' own collector
      }
    }
    return options.build();
  }
}
