package org.decodebench.reports.run;

import java.nio.file.Path;
import java.util.List;
import org.decodebench.reports.result.RunRecord;

/** Measures one task: in a child JVM, or within a test. */
interface Measurer {

  /** Flags of the JVMs that measure. */
  List<String> flags();

  /**
   * @param folder for what is exchanged with the fork
   * @return the record, of a failure too
   */
  RunRecord measure(ForkTask task, Path folder) throws InterruptedException;
}
