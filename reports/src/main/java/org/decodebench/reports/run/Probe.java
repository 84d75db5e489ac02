package org.decodebench.reports.run;

import java.util.List;
import org.decodebench.reports.result.Environment;

/**
 * What machine this is, and what on it spoils a measurement. Made before a run and asked before and
 * after, never while something is measured.
 */
interface Probe {

  Environment.Machine machine();

  /** What may spoil the numbers of a run that is about to begin. */
  List<String> warningsBefore();

  /** What did spoil them since this probe was made. */
  List<String> warningsAfter();
}
