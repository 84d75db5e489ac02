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
import tools.jackson.core.JacksonException;

/**
 * What was measured beside a run: {@code roofline.json} of a result folder.
 *
 * @param schemaVersion of the file
 * @param limits of the machine
 * @param curves one for each kind of model that took part
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Measured(int schemaVersion, Limits limits, List<ForwardCurve> curves) {
  /** In a result folder. */
  public static final String FILE = "roofline.json";

  public static final int SCHEMA_VERSION = 1;

  /** With a curve for each model: its own, or that of the one which stands for its kind. */
  public Measured of(Map<String, String> standIns) {
    List<ForwardCurve> all = new ArrayList<>(curves);
    standIns.forEach((model, standIn) -> {
      if (!model.equals(standIn)) {
        curves.stream()
            .filter(c -> c.model().equals(standIn))
            .forEach(c -> all.add(c.alike(model)));
      }
    });
    return new Measured(schemaVersion, limits, List.copyOf(all));
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

  /** The curve of a model, or of one whose forwards are alike. */
  Optional<ForwardCurve> curve(String model, int threads) {
    return curves.stream()
        .filter(c -> c.model().equals(model) && c.threads() == threads)
        .findFirst()
        .or(() -> curves.stream().filter(c -> c.model().equals(model)).findFirst());
  }
}
