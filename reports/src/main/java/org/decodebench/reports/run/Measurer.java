package org.decodebench.reports.run;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.roofline.DeviceRoof;
import org.decodebench.reports.roofline.Measured;

/** Measures one task: in a child JVM, or within a test. */
interface Measurer {

  /** Flags of the JVMs that measure. */
  List<String> flags();

  /**
   * @param folder for what is exchanged with the fork
   * @return the record, of a failure too
   */
  RunRecord measure(ForkTask task, Path folder) throws InterruptedException;

  /**
   * Measures what this machine allows at most and what forwards of these models cost, beside the
   * run.
   *
   * @return nothing where decodes are not measured in JVMs of their own
   */
  default Optional<Measured> limits(
      String machineClass, RuntimeOptions options, Collection<String> models)
      throws InterruptedException {
    return Optional.empty();
  }

  /** The same of the device that models run on. */
  default Optional<DeviceRoof> device(Collection<String> models) throws InterruptedException {
    return Optional.empty();
  }
}
