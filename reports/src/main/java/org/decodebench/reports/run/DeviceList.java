package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.BackendProvider.Device;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.reports.result.Environment;

/** What models can run on. */
public final class DeviceList {
  private static final String FORMAT = "%-8s  %-11s  %-40s  %10s  %6s  %s%n";

  private DeviceList() {}

  /**
   * Devices on {@code out}; what is missing, and what to install, on {@code err}.
   *
   * @param measure also what they reach at most
   */
  public static void print(PrintStream out, PrintStream err, boolean measure) {
    Environment.Machine machine = new MachineProbe().machine();
    line(out, "device", "kind", "name", "memory", "units", "driver");
    line(
        out,
        "cpu",
        "CPU",
        machine.cpu(),
        megabytes(machine.memoryBytes()),
        machine.physicalCores(),
        "Java, " + Runtimes.backend("auto"));
    try {
      BackendProvider provider = BackendProvider.of(Backend.TORNADO);
      List<Device> devices = provider.devices();
      for (Device d : devices) {
        String driver = "TornadoVM, " + d.driver();
        line(out, d.id(), d.kind(), d.name(), megabytes(d.memoryBytes()), d.units(), driver);
      }
      if (measure) {
        devices.forEach(d -> limits(out, d, provider.measure(d.id())));
      }
    } catch (UsageException e) {
      err.println("decodebench: " + e.getMessage());
    }
  }

  private static void limits(PrintStream out, Device device, BackendProvider.Limits limits) {
    out.printf(Locale.ROOT, "copy %s %.1f GB/s%n", device.id(), limits.bytesPerS() / 1e9);
    out.printf(Locale.ROOT, "multiply_add %s %.0f GFLOP/s%n", device.id(), limits.flopPerS() / 1e9);
    out.printf(Locale.ROOT, "launch %s %.1f us%n", device.id(), limits.launchMicros());
  }

  private static void line(PrintStream out, Object... cells) {
    out.printf(Locale.ROOT, FORMAT, cells);
  }

  private static String megabytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
