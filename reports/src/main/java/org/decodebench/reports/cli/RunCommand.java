package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.spi.Subcommand;
import org.decodebench.reports.experiment.Overrides;
import org.decodebench.reports.page.ReportPage;
import org.decodebench.reports.peer.PeerComparison;
import org.decodebench.reports.run.ExperimentRun;
import org.decodebench.reports.run.Runner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = "Measure decoders against each other and write a result folder with a report.",
    footer = {"", "With nothing given: the embedded models and a built-in experiment."})
public final class RunCommand implements Subcommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "EXPERIMENT.yaml",
      description = "What to measure (default: the built-in experiment).")
  private Path experiment;

  @Option(names = "--quick", description = "The built-in experiment in about a minute.")
  private boolean quick;

  @Option(names = "--model", paramLabel = "M", description = "Only this model; may be repeated.")
  private List<String> models = new ArrayList<>();

  @Option(
      names = "--decoder",
      paramLabel = "D",
      description = "These decoders in place of the experiment's; may be repeated.")
  private List<String> decoders = new ArrayList<>();

  @Option(names = "--forks", paramLabel = "N", description = "Child JVMs a setting.")
  private Integer forks;

  @Option(names = "--seed", paramLabel = "N", description = "Of prompts and random numbers.")
  private Long seed;

  @Option(
      names = "--ci",
      paramLabel = "SHARE",
      description = "Add forks until the headline's interval is this narrow, for example 2%%.")
  private String ci;

  @Option(
      names = "--slo",
      paramLabel = "LIMITS",
      description = "Count goodput under limits, for example ttft=200ms,tpot=20ms.")
  private String slo;

  @Option(names = "--out", paramLabel = "DIR", description = "Result folder.")
  private Path out;

  @Option(names = "--resume", description = "Go on with a run that was stopped.")
  private boolean resume;

  @Option(names = "--dry-run", description = "List the runs and how long they may take.")
  private boolean dryRun;

  @Option(
      names = "--peer",
      paramLabel = "NAME",
      description =
          "Also measure another engine on the same model files, in turns with this one:"
              + " llama-bench, llama.cpp or pytorch; may be repeated.")
  private List<String> peers = new ArrayList<>();

  @Option(
      names = "--peer-binary",
      paramLabel = "PATH",
      description = "The program of --peer llama-bench.")
  private Path peerBinary;

  @Option(
      names = "--peer-tokens",
      paramLabel = "P,N",
      defaultValue = "128,64",
      description = "Prompt and new tokens of the comparison (default: ${DEFAULT-VALUE}).")
  private String peerTokens;

  @Mixin private RuntimeMixin runtime = new RuntimeMixin();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    var overrides =
        new Overrides(
            models,
            decoders,
            forks == null ? 0 : Arguments.atLeast("--forks", forks, 1),
            seed,
            runtime.threads(),
            runtime.backend,
            ci,
            slo);
    var request =
        new ExperimentRun.Request(
            experiment,
            quick,
            overrides,
            out,
            resume,
            dryRun,
            spec.commandLine().getParseResult().originalArgs());
    return new ExperimentRun(System.out, System.err, page()).run(request)
        ? Main.DONE
        : Main.INTERNAL;
  }

  /** When all is measured: the other engines, then the page. */
  private Runner.Page page() {
    if (peers.isEmpty()) {
      return ReportPage::write;
    }
    var comparison = new PeerComparison(peers, peerBinary, peerTokens, System.out, System.err);
    comparison.checkModels(models);
    return folder -> {
      try {
        comparison.measure(folder);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        System.err.println("stopped; the other engines are left out");
      }
      return ReportPage.write(folder);
    };
  }
}
