package org.decodebench.reports.run;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.result.RunRecord;

/** Records of runs that gave no figures. */
final class Failures {
  private Failures() {}

  /**
   * @param lastOutput of the fork; its last line comes first in the error, all of it after
   */
  static RunRecord record(ForkTask task, String what, String lastOutput) {
    String last = lastOutput.strip();
    String error =
        last.isEmpty()
            ? what
            : "%s: %s%nlast output:%n%s"
                .formatted(what, last.substring(last.lastIndexOf('\n') + 1), last)
                .replace("\r\n", "\n");
    return new RunRecord(
        RunRecord.SCHEMA_VERSION,
        task.runId(),
        task.setting(),
        task.experiment(),
        Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
        task.order(),
        task.fork(),
        RunRecord.Status.FAILED,
        error,
        task.machineClass(),
        task.commit(),
        task.model(),
        task.modelHash(),
        null,
        task.decoder(),
        task.workload(),
        task.workloadHash(),
        task.prompts().size(),
        task.maxNewTokens(),
        task.batch(),
        task.threads(),
        task.backend(),
        task.seed(),
        task.flags(),
        0,
        false,
        0,
        0,
        null,
        null,
        false,
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of());
  }
}
