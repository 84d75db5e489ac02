package org.decodebench.reports.cli;

import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;
import picocli.CommandLine.Option;

/** Options of every command that runs a model. */
public final class RuntimeMixin {
  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      description = "auto, scalar, vector or tornado (default: auto).")
  RuntimeOptions.Backend backend = RuntimeOptions.Backend.AUTO;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads (default: one a physical core).")
  Integer threads;

  @Option(
      names = "--cache",
      paramLabel = "TYPE",
      description = "Keys and values are kept as f32, f16, bf16 or q8_0 (default: f32).")
  void cache(String type) {
    RuntimeOptions.cacheType(type);
    // A property, because the JVMs in which decoders are measured learn of it that way.
    System.setProperty(RuntimeOptions.CACHE_PROPERTY, type);
  }

  @Option(
      names = "--device",
      paramLabel = "I:J",
      description = "Device of --backend tornado; decodebench devices lists them.")
  void device(String id) {
    if (!id.matches("\\d+:\\d+")) {
      throw new UsageException("--device %s: expected two numbers as in 0:0".formatted(id));
    }
    // A property, so that child JVMs learn of it too.
    System.setProperty(RuntimeOptions.DEVICE_PROPERTY, id);
  }

  RuntimeOptions options() {
    return new RuntimeOptions(threads(), backend);
  }

  /** 0 where none is asked for. */
  int threads() {
    return threads == null ? 0 : Arguments.atLeast("--threads", threads, 1);
  }
}
