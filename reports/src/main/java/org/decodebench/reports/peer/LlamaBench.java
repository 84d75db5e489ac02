package org.decodebench.reports.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Override
  public PeerResult measure(PeerTask task) throws InterruptedException {
    String json =
        PeerProcess.output(
            name(),
            List.of(
                binary.toAbsolutePath().toString(),
                "-m",
                task.model(),
                "-t",
                Integer.toString(task.threads()),
                "-p",
                Integer.toString(task.promptTokens()),
                "-n",
                Integer.toString(task.newTokens()),
                "-ngl",
                "0",
                "-r",
                "3",
                "-o",
                "json"));
    return result(json, task);
  }

  /** Its JSON: an entry for the prompt and one for the new tokens. */
  PeerResult result(String json, PeerTask task) {
    double prefill = Double.NaN;
    double decode = Double.NaN;
    JsonNode any = null;
    try {
      for (JsonNode entry : Json.LINES.readTree(json)) {
        any = entry;
        if (entry.path("n_gen").asInt(0) == 0) {
          prefill = entry.path("avg_ts").asDouble(Double.NaN);
        } else if (entry.path("n_prompt").asInt(0) == 0) {
          decode = entry.path("avg_ts").asDouble(Double.NaN);
        }
      }
    } catch (JacksonException e) {
      throw new UsageException("--peer-binary %s: its output is no JSON".formatted(binary), e);
    }
    if (any == null || !(prefill > 0) || !(decode > 0)) {
      throw new UsageException(
          "--peer-binary %s: its output has no speeds; is it llama-bench?".formatted(binary));
    }
    return PeerResult.of(
        name(),
        "llama.cpp %s (%s)"
            .formatted(
                any.path("build_commit").asString("?"), any.path("build_number").asString("?")),
        any.path("cpu_info").asString("") + ", " + any.path("backends").asString("CPU"),
        task,
        prefill,
        decode);
  }
}
