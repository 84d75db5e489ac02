package org.decodebench.reports.peer;

import java.nio.file.Path;
import org.decodebench.core.UsageException;

/** An engine that runs the same model file. */
sealed interface Peer permits JvmPeer, LlamaBench, NodeLlama {

  String name();

  /**
   * Checks that it is there, before anything is measured.
   *
   * @throws UsageException with what to install
   */
  void check();

  /** Why it cannot run a model; null if it can. */
  String obstacle(String model);

  /** Runs a process of it. */
  PeerResult measure(PeerTask task) throws InterruptedException;

  /**
   * A peer by its name on the command line.
   *
   * @param binary for {@code llama-bench}, else null
   * @throws UsageException if there is none of this name, or the binary is missing
   */
  static Peer of(String name, Path binary) {
    return switch (name) {
      case "llama-bench" -> new LlamaBench(binary);
      case "llama.cpp" -> new NodeLlama(NodeLlama.inRepository());
      case "pytorch" -> new JvmPeer("pytorch");
      default ->
          throw new UsageException(
              "--peer %s: there are: llama-bench (with --peer-binary PATH), llama.cpp, pytorch"
                  .formatted(name));
    };
  }

  /** Says that an engine reads GGUF files only. */
  static String ggufOnly(String model) {
    return model.endsWith(".gguf") ? null : "it reads .gguf files only";
  }
}
