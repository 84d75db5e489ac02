package org.decodebench.reports.result;

import java.util.Map;

/**
 * A row of {@code summary.csv}: one (model, decoder, setting).
 *
 * @param first a record of this setting, for everything that its forks share
 * @param forks that ended well
 * @param failed forks that did not
 * @param figures by {@link Figure#name}, only known ones
 * @param ratios to the baseline's median, by figure name; speed and work figures only
 * @param baseline whether this row is the baseline
 */
public record SummaryRow(
    RunRecord first,
    int forks,
    int failed,
    Map<String, Estimate> figures,
    Map<String, Estimate> ratios,
    boolean baseline) {

  public String model() {
    return first.model();
  }

  public String decoder() {
    return first.decoder();
  }

  public Estimate figure(String name) {
    return figures.getOrDefault(name, Estimate.NONE);
  }

  public Estimate ratio(String name) {
    return ratios.getOrDefault(name, Estimate.NONE);
  }
}
