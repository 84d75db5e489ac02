package org.decodebench.reports.peer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.reports.result.Json;
import tools.jackson.core.JacksonException;

/**
 * llama.cpp by way of the npm package node-llama-cpp, which carries a current build that picks its
 * kernels at run time.
 *
 * @param folder of the driver, with its modules installed
 */
record NodeLlama(Path folder) implements Peer {
  private static final String DRIVER = "bench.mjs";

  /**
   * Node.js hands each forward to a worker of its own pool. With several, each forward begins on a
   * sleeping one, with cold caches: 11 ms a token instead of 4 on a model of 15 million parameters.
   */
  private static final Map<String, String> ONE_WORKER = Map.of("UV_THREADPOOL_SIZE", "1");

  /** In the repository. */
  static Path inRepository() {
    return Path.of(System.getProperty("decodebench.home", ""), "peers", "llama-cpp")
        .toAbsolutePath();
  }

  /** What the driver prints. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Answer(String build, String instructions, List<Double> prefillMs, List<Double> decodeMs) {}

  @Override
  public String name() {
    return "llama.cpp";
  }

  @Override
  public void check() {
    if (!Files.isRegularFile(folder.resolve(DRIVER))) {
      throw new UsageException(
          "--peer llama.cpp: no driver in "
              + folder
              + "; start with the repository's ./decodebench");
    }
    if (!Files.isDirectory(folder.resolve("node_modules"))) {
      throw new UsageException(
          "--peer llama.cpp: not installed; with Node.js 20 or newer: npm ci --ignore-scripts"
              + " --prefix "
              + folder);
    }
  }

  @Override
  public String obstacle(String model) {
    return Peer.ggufOnly(model);
  }

  @Override
  public PeerResult measure(PeerTask task) throws InterruptedException {
    String out =
        PeerProcess.run(
                name(),
                List.of(
                    "node",
                    folder.resolve(DRIVER).toString(),
                    Path.of(task.model()).toAbsolutePath().toString(),
                    Integer.toString(task.threads()),
                    Integer.toString(task.promptTokens()),
                    Integer.toString(task.newTokens())),
                ONE_WORKER)
            .out();
    try {
      // Its last line; the library may have said something before.
      String json = out.lines().filter(l -> l.startsWith("{")).reduce((a, b) -> b).orElse("");
      Answer answer = Json.LINES.readValue(json, Answer.class);
      return PeerResult.of(
          name(),
          answer.build(),
          answer.instructions(),
          task,
          1e3 * task.promptTokens() / JvmPeer.median(answer.prefillMs()),
          1e3 * task.newTokens() / JvmPeer.median(answer.decodeMs()));
    } catch (JacksonException e) {
      throw new UsageException("peer llama.cpp: the driver's output cannot be read", e);
    }
  }
}
