package org.decodebench.reports.run;

import java.util.List;
import org.decodebench.core.decode.Cost;
import org.decodebench.core.decode.DecodeResult;

/**
 * One decode that was timed.
 *
 * @param round it belongs to
 * @param prompts indices of the batch's prompts
 * @param times from its events
 * @param result what came out
 * @param target spent on the target
 * @param draft spent on other models
 * @param events kept for a trace; null otherwise
 * @param startNanos of the request
 * @param energyJ package energy, NaN where the machine does not say
 */
record MeasuredDecode(
    int round,
    List<Integer> prompts,
    DecodeTimes times,
    DecodeResult result,
    Cost target,
    Cost draft,
    EventLog.Event[] events,
    long startNanos,
    double energyJ) {

  int outputTokens() {
    return times.outputTokens();
  }
}
