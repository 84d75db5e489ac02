package org.decodebench.reports.run;

import java.util.Locale;
import org.decodebench.core.model.ModelConfig;

/** Names as files spell them. */
final class Labels {
  private Labels() {}

  static String paradigm(ModelConfig.Paradigm paradigm) {
    return paradigm.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
