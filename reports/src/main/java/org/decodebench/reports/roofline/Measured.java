package org.decodebench.reports.roofline;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.result.Json;
import org.decodebench.reports.result.ResultFiles;
import org.decodebench.reports.result.RunRecord;
import tools.jackson.core.JacksonException;

/**
 * What was measured beside a run: {@code roofline.json} of a result folder.
 *
 * @param schemaVersion of the file
 * @param limits of the machine
 * @param curves one for each kind of model that took part
 * @param device that models ran on beside the CPU; null where there was none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Measured(
    int schemaVersion, Limits limits, List<ForwardCurve> curves, DeviceRoof device) {
  /** In a result folder. */
  public static final String FILE = "roofline.json";

  public static final int SCHEMA_VERSION = 1;

  /** What a record calls its backend where that is a device. */
  private static final String DEVICE = "tornado";

  /** Of the CPU alone. */
  public Measured(int schemaVersion, Limits limits, List<ForwardCurve> curves) {
    this(schemaVersion, limits, curves, null);
  }

  /** With a curve for each model: its own, or that of the one which stands for its kind. */
  public Measured of(Map<String, String> standIns) {
    return new Measured(schemaVersion, limits, all(curves, standIns), device);
  }

  /** With what was measured of a device, and a curve for each model. */
  public Measured with(DeviceRoof roof, Map<String, String> standIns) {
    return new Measured(
        schemaVersion,
        limits,
        curves,
        new DeviceRoof(
            roof.name(),
            roof.bytesPerSecond(),
            roof.flopPerSecond(),
            roof.launchMicros(),
            all(roof.curves(), standIns)));
  }

  private static List<ForwardCurve> all(List<ForwardCurve> curves, Map<String, String> standIns) {
    List<ForwardCurve> all = new ArrayList<>(curves);
    standIns.forEach((model, standIn) -> {
      if (!model.equals(standIn)) {
        curves.stream()
            .filter(c -> c.model().equals(standIn))
            .forEach(c -> all.add(c.alike(model)));
      }
    });
    return List.copyOf(all);
  }

  public void write(Path folder) {
    ResultFiles.write(
        folder.resolve(FILE),
        out -> out.append(Json.INDENTED.writeValueAsString(this)).append('\n'));
  }

  /** Nothing if the folder has none that can be read: results of an earlier version have none. */
  public static Optional<Measured> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      Measured measured = Json.LINES.readValue(Files.readString(file), Measured.class);
      boolean usable =
          measured.schemaVersion() <= SCHEMA_VERSION
              && measured.limits() != null
              && measured.limits().limits() != null
              && measured.curves() != null;
      return Optional.of(measured).filter(m -> usable);
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /** The curve of a record's model where it ran, or of one whose forwards are alike. */
  Optional<ForwardCurve> curve(RunRecord record) {
    if (onDevice(record)) {
      return device.curves().stream().filter(c -> c.model().equals(record.model())).findFirst();
    }
    return curves.stream()
        .filter(c -> c.model().equals(record.model()) && c.threads() == record.threads())
        .findFirst()
        .or(() -> curves.stream().filter(c -> c.model().equals(record.model())).findFirst());
  }

  /**
   * The limits of what a record ran on; empty where they were not measured.
   *
   * @param weightBytes that a forward reads: what a cache of the CPU holds is read at its speed
   */
  Optional<Ceiling> ceiling(RunRecord record, double weightBytes) {
    if (onDevice(record)) {
      return Optional.of(device.ceiling());
    }
    boolean onCpu = record.backend() != null && record.backend().matches("(vector|scalar).*");
    return onCpu
        ? Optional.of(Ceiling.here(limits, record.threads(), weightBytes))
        : Optional.empty();
  }

  /** Whether a record is of the device. */
  public boolean onDevice(RunRecord record) {
    return device != null && DEVICE.equals(record.backend());
  }
}
