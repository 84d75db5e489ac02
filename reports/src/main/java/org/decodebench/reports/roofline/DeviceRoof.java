package org.decodebench.reports.roofline;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.reports.machine.Limits;

/**
 * What a device beside the CPU reaches at most, and what forwards cost on it.
 *
 * @param name and driver
 * @param bytesPerSecond read and written by a copy
 * @param flopPerSecond multiply-adds × 2, single precision
 * @param launchMicros of a kernel that does next to nothing, when many are queued
 * @param curves one for each kind of model that took part
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record DeviceRoof(
    String name,
    double bytesPerSecond,
    double flopPerSecond,
    double launchMicros,
    List<ForwardCurve> curves) {

  /** The same in the form of a machine's, measured beside those of this one. */
  public Limits limits(Limits beside) {
    return new Limits(
        beside.schemaVersion(),
        beside.measuredAt(),
        beside.machineClass(),
        beside.java(),
        beside.flags(),
        new MachineLimits(
            name,
            List.of(new MachineLimits.Bandwidth(Limits.MEMORY, 0, 1, bytesPerSecond)),
            List.of(new MachineLimits.Peak(1, flopPerSecond))));
  }

  Ceiling ceiling() {
    return new Ceiling(name, bytesPerSecond, flopPerSecond);
  }
}
