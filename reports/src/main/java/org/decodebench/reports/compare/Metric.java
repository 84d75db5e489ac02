package org.decodebench.reports.compare;

import java.util.Optional;
import java.util.Set;
import org.decodebench.reports.result.Figure;

/**
 * What is compared.
 *
 * @param name in files
 * @param label for people
 * @param unit may be empty
 * @param higherIsBetter direction
 * @param kind what its uncertainty comes from
 */
public record Metric(String name, String label, String unit, boolean higherIsBetter, Kind kind) {

  /** Where the uncertainty of a metric comes from. */
  public enum Kind {
    /** Time: forks scatter. */
    TIME,
    /** Counted work: the same code counts the same. */
    COUNT,
    /** Quality of a fixed set of texts: the texts are a sample. */
    QUALITY,
    /** The machine itself: no verdict on the code. */
    MACHINE
  }

  /** Figures of work that are measured, where the others are counted. */
  private static final Set<String> MEASURED_WORK =
      Set.of(
          "energy_j_per_token",
          "measured_ms_per_token",
          "roofline_share",
          "device_kernel_ms",
          "device_transfer_ms",
          "device_other_share");

  /** Of a figure of a run; empty for one that has no good direction. */
  public static Optional<Metric> of(Figure figure) {
    if (figure.better() == Figure.Better.NEITHER) {
      return Optional.empty();
    }
    Kind kind =
        switch (figure.group()) {
          case SPEED -> Kind.TIME;
          case WORK -> MEASURED_WORK.contains(figure.name()) ? Kind.TIME : Kind.COUNT;
          case DRAFTING, QUALITY -> Kind.QUALITY;
          case MACHINE -> Kind.MACHINE;
        };
    return Optional.of(
        new Metric(
            figure.name(),
            figure.label(),
            figure.unit(),
            figure.better() == Figure.Better.HIGHER,
            kind));
  }
}
