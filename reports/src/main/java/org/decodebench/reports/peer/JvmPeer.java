package org.decodebench.reports.peer;

import java.util.List;
import java.util.ServiceLoader;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.reports.machine.MeasuringJvm;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.run.Build;
import org.decodebench.reports.stats.Stats;

/**
 * An engine of this project.
 *
 * @param name {@link #OURS}, or {@code pytorch}
 */
record JvmPeer(String name) implements Peer {
  /** The engine that all others are compared with. */
  static final String OURS = "decodebench";

  private static final int SECONDS = 1800;

  @Override
  public void check() {
    boolean there =
        name.equals(OURS)
            || ServiceLoader.load(BackendProvider.class).stream()
                .anyMatch(p -> p.get().name().equals(name));
    if (!there) {
      throw new UsageException(
          "--peer pytorch: the training module is not on the class path; start with ./decodebench");
    }
  }

  @Override
  public String obstacle(String model) {
    return null;
  }

  @Override
  public PeerResult measure(PeerTask task) throws InterruptedException {
    String json =
        MeasuringJvm.ask(
            EngineMain.class,
            List.of(
                name,
                task.model(),
                Integer.toString(task.threads()),
                Integer.toString(task.promptTokens()),
                Integer.toString(task.newTokens())),
            SECONDS);
    EngineMain.Times times = Json.LINES.readValue(json, EngineMain.Times.class);
    return PeerResult.of(
        name,
        name.equals(OURS) ? Build.version() + " " + Build.commit() : "PyTorch by DJL",
        times.kernels(),
        task,
        1e3 * task.promptTokens() / median(times.prefillMs()),
        1e3 * task.newTokens() / median(times.decodeMs()));
  }

  static double median(List<Double> values) {
    return Stats.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
