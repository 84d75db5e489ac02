package org.decodebench.speculative;

import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;

/**
 * What a draft costs, in forwards of the target over one position.
 *
 * @param draft time of a drafted token (of a depth, where a tree is drafted); NaN if it is to be
 *     measured
 * @param verify time that it adds to the verification, which theory takes for 0; NaN likewise
 */
record DraftCosts(double draft, double verify) {
  private static final String MEASURED = "measured";

  static final Setting DRAFT =
      new Setting(
          "draft-cost", MEASURED, "for adaptive: time of a drafted token in target forwards");

  static final Setting VERIFY =
      new Setting(
          "verify-cost", MEASURED, "for adaptive: what a drafted token adds to a verification");

  static DraftCosts parse(Settings settings) {
    return new DraftCosts(cost(settings, DRAFT), cost(settings, VERIFY));
  }

  private static double cost(Settings settings, Setting setting) {
    return settings.text(setting.name()).equals(MEASURED)
        ? Double.NaN
        : settings.number(setting.name(), 0, 1e3);
  }

  boolean known() {
    return !Double.isNaN(draft) && !Double.isNaN(verify);
  }

  /** These settings with what was measured in the places that ask for it. */
  static Settings fill(Settings settings, DraftCosts measured) {
    DraftCosts given = parse(settings);
    Settings filled = settings;
    if (Double.isNaN(given.draft)) {
      filled = filled.with(DRAFT.name(), Double.toString(measured.draft));
    }
    if (Double.isNaN(given.verify)) {
      filled = filled.with(VERIFY.name(), Double.toString(measured.verify));
    }
    return filled;
  }

  /** Where nobody has measured: a cheap draft, and a verification as theory has it. */
  DraftCosts orAssumed() {
    return new DraftCosts(Double.isNaN(draft) ? 0.1 : draft, Double.isNaN(verify) ? 0 : verify);
  }
}
