package org.decodebench.reports.cli;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.hub.Hub;
import org.decodebench.core.hub.HubSettings;
import org.decodebench.core.spi.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "pull",
    description = "Download a model from the Hugging Face hub and print its folder.",
    footer = {
      "",
      "Files go to the hub's own cache, where those that are there are found. HF_ENDPOINT names a",
      "mirror, HF_TOKEN a token, HF_HOME or HF_HUB_CACHE the cache; HF_HUB_OFFLINE=1 asks only it."
    })
public final class PullCommand implements Subcommand {
  @Parameters(paramLabel = "ORG/NAME", description = "The model.")
  private String repository;

  @Option(
      names = "--revision",
      paramLabel = "REVISION",
      description = "Branch, tag or commit (default: main).")
  private String revision = "main";

  @Option(
      names = "--include",
      paramLabel = "PATTERN",
      description = "Files to load, such as '*Q4_K_M.gguf' (default: what a model folder needs).")
  private List<String> include = List.of();

  @Override
  public Integer call() {
    HubSettings settings = HubSettings.of(System.getenv());
    try (PullProgress progress = new PullProgress(System.err)) {
      Path folder = new Hub(settings, progress).pull(repository, revision, include);
      System.out.println(folder);
    }
    return Main.DONE;
  }
}
