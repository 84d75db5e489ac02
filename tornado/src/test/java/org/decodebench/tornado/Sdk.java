package org.decodebench.tornado;

import org.decodebench.core.UsageException;
import org.junit.jupiter.api.Assumptions;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** The device that tests run on; without one they are skipped with the reason. */
final class Sdk {
  private Sdk() {}

  static TornadoDevice device() {
    try {
      return Devices.find(System.getProperty("decodebench.device", ""));
    } catch (UsageException e) {
      Assumptions.abort("skipped: " + e.getMessage());
      throw e;
    }
  }
}
