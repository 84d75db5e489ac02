package org.decodebench.reports.peer;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import tools.jackson.core.JacksonException;

/**
 * Measures this engine and its peers on the models of a run: one process of each in turns, as many
 * rounds as the run has forks, into {@code peers.jsonl}.
 */
public final class PeerComparison {
  /** In a result folder. */
  public static final String FILE = "peers.jsonl";

  private final List<Peer> peers;
  private final int promptTokens;
  private final int newTokens;
  private final PrintStream out;
  private final PrintStream err;

  /**
   * @param peers names
   * @param binary of llama-bench, or null
   * @param tokens {@code P,N}: of the prompt, and new ones
   * @throws UsageException if a peer is not there, before anything is measured
   */
  public PeerComparison(
      List<String> peers, Path binary, String tokens, PrintStream out, PrintStream err) {
    this.peers = peers.stream().distinct().map(name -> Peer.of(name, binary)).toList();
    this.out = out;
    this.err = err;
    String[] parts = tokens.split(",", -1);
    promptTokens = parts.length == 2 ? count(parts[0]) : 0;
    newTokens = parts.length == 2 ? count(parts[1]) : 0;
    if (promptTokens < 1 || newTokens < 1) {
      throw new UsageException(
          "--peer-tokens %s: expected prompt and new tokens, for example 128,64".formatted(tokens));
    }
    this.peers.forEach(Peer::check);
  }

  private static int count(String text) {
    return text.strip().matches("\\d{1,6}") ? Integer.parseInt(text.strip()) : 0;
  }

  /**
   * Refuses models that no peer can run, where the user named them.
   *
   * @throws UsageException for such a model
   */
  public void checkModels(List<String> models) {
    for (String model : models) {
      for (Peer peer : peers) {
        if (peer.obstacle(model) != null) {
          throw new UsageException(
              "--peer %s cannot run %s: %s".formatted(peer.name(), model, peer.obstacle(model)));
        }
      }
    }
  }

  /** Measures on every (model, threads) of a result folder; the ratios go to standard output. */
  public void measure(Path folder) throws InterruptedException {
    Results results = Results.read(folder);
    int rounds = results.finished().stream().mapToInt(RunRecord::fork).max().orElse(1);
    Set<PeerTask> tasks = new LinkedHashSet<>();
    for (RunRecord r : results.finished()) {
      tasks.add(task(r, results.environment()));
    }
    List<PeerResult> all = new ArrayList<>();
    Path file = folder.resolve(FILE);
    for (PeerTask task : tasks) {
      List<Peer> able = new ArrayList<>();
      for (Peer peer : peers) {
        String obstacle = peer.obstacle(task.model());
        if (obstacle == null) {
          able.add(peer);
        } else {
          err.printf("peer %s leaves out %s: %s%n", peer.name(), task.model(), obstacle);
        }
      }
      if (able.isEmpty()) {
        continue;
      }
      able.addFirst(new JvmPeer(JvmPeer.OURS));
      for (int round = 1; round <= rounds; round++) {
        for (Peer engine : able) {
          err.printf(
              "peer comparison %d/%d: %s on %s%n", round, rounds, engine.name(), task.model());
          measure(engine, task, round, all);
          write(file, all);
        }
      }
    }
    PeerRatio.of(all).forEach(r -> out.println(r.line()));
  }

  /** The run's own results are there already; an engine that fails is left out. */
  private void measure(Peer engine, PeerTask task, int round, List<PeerResult> all)
      throws InterruptedException {
    try {
      all.add(engine.measure(task).inFork(round));
    } catch (UsageException e) {
      err.println("warning: " + engine.name() + " on " + task.model() + ": " + e.getMessage());
    }
  }

  /** As asked, or as much of it as the model's context has room for. */
  private PeerTask task(RunRecord r, Environment environment) {
    int room =
        environment == null || environment.models() == null
            ? 0
            : environment.models().stream()
                .filter(m -> m.name().equals(r.model()))
                .mapToInt(Environment.Model::contextLength)
                .findFirst()
                .orElse(0);
    if (room == 0 || promptTokens + newTokens <= room) {
      return new PeerTask(r.model(), r.threads(), promptTokens, newTokens);
    }
    int tokens = Math.min(newTokens, room / 2);
    return new PeerTask(r.model(), r.threads(), room - tokens, tokens);
  }

  private static void write(Path file, List<PeerResult> all) {
    ResultFiles.write(
        file,
        writer -> {
          for (PeerResult result : all) {
            writer.append(Json.LINES.writeValueAsString(result)).append('\n');
          }
        });
  }

  /** What a folder holds; nothing where peers were not measured. */
  static List<PeerResult> read(Path folder) {
    Path file = folder.resolve(FILE);
    List<PeerResult> all = new ArrayList<>();
    if (Files.isRegularFile(file)) {
      try {
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
          all.add(Json.LINES.readValue(line, PeerResult.class));
        }
      } catch (IOException | JacksonException e) {
        throw new UsageException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }
    return all;
  }
}
