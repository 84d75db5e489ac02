package org.decodebench.reports.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * llama.cpp's own benchmark, a program that the user has built.
 *
 * @param binary where it is; null if not said
 */
record LlamaBench(Path binary) implements Peer {
  /** Tokens/s, on average. */
  private static final String SPEED = "avg_ts";

  private static final Pattern LOADED = Pattern.compile("loaded CPU backend from (.+)");

  @Override
  public String name() {
    return "llama-bench";
  }

  @Override
  public void check() {
    if (binary == null) {
      throw new UsageException("--peer llama-bench: say where it is with --peer-binary PATH");
    }
    if (!Files.isExecutable(binary) || Files.isDirectory(binary)) {
      throw new UsageException("--peer-binary " + binary + ": no program there");
    }
  }

  @Override
  public String obstacle(String model) {
    return Peer.ggufOnly(model);
  }

  /** Two runs of it: the new tokens come behind the prompt, as ours do, not from an empty cache. */
  @Override
  public PeerResult measure(PeerTask task) throws InterruptedException {
    String prompt = Integer.toString(task.promptTokens());
    String tokens = Integer.toString(task.newTokens());
    PeerProcess.Output first = run(task, "-p", prompt, "-n", "0");
    PeerProcess.Output second = run(task, "-p", "0", "-n", tokens, "-d", prompt);
    JsonNode prefill = speed(first.out(), "n_prompt", "n_gen");
    JsonNode decode = speed(second.out(), "n_gen", "n_prompt");
    return PeerResult.of(
        name(),
        "llama.cpp %s (%s)"
            .formatted(
                prefill.path("build_commit").asString("?"),
                prefill.path("build_number").asString("?")),
        "%s, %s, %s"
            .formatted(
                prefill.path("cpu_info").asString("unknown CPU"),
                prefill.path("backends").asString("CPU"),
                kernels(first.err())),
        task,
        prefill.path(SPEED).asDouble(),
        decode.path(SPEED).asDouble());
  }

  private PeerProcess.Output run(PeerTask task, String... lengths) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(binary.toAbsolutePath().toString());
    command.addAll(List.of("-m", task.model(), "-t", Integer.toString(task.threads())));
    command.addAll(List.of(lengths));
    command.addAll(List.of("-ngl", "0", "-r", "3", "-o", "json"));
    return PeerProcess.run(name(), command, Map.of());
  }

  /** A build with kernels for several machines says which it loads; any other says nothing. */
  private static String kernels(String log) {
    Matcher loaded = LOADED.matcher(log);
    return loaded.find()
        ? Path.of(loaded.group(1).strip()).getFileName().toString()
        : "instructions as it was compiled for";
  }

  /** The entry that has some of one kind of tokens, none of the other, and a speed. */
  JsonNode speed(String json, String some, String none) {
    try {
      for (JsonNode entry : Json.LINES.readTree(json)) {
        if (entry.path(some).asInt(0) > 0
            && entry.path(none).asInt(0) == 0
            && entry.path(SPEED).asDouble(0) > 0) {
          return entry;
        }
      }
    } catch (JacksonException e) {
      throw new UsageException("--peer-binary %s: its output is no JSON".formatted(binary), e);
    }
    throw new UsageException(
        "--peer-binary %s: its output has no speeds; is it llama-bench?".formatted(binary));
  }
}
