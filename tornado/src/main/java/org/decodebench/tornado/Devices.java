package org.decodebench.tornado;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider.Device;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** TornadoVM's devices, named {@code backend:device} as its own tools name them. */
final class Devices {
  private static final String HINT =
      "install a driver (for a CPU: the package pocl-opencl-icd; for NVIDIA: its driver with OpenCL)";

  private Devices() {}

  /**
   * @throws UsageException if TornadoVM finds no driver
   */
  static TornadoRuntime runtime() {
    // Read once, when TornadoVM's classes are initialised; what the user sets stays.
    setDefault("tornado.device.memory", "1024GB");
    setDefault("tornado.tvm.maxbytecodesize", "65536");
    setDefault("tornado.recover.bailout", "False");
    try {
      TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
      if (runtime.getNumBackends() == 0) {
        throw new UsageException("TornadoVM finds no device: " + HINT);
      }
      return runtime;
    } catch (LinkageError e) {
      if (System.getProperty("tornado.load.runtime.implementation") != null) {
        throw new UsageException("TornadoVM finds no device: " + HINT, e);
      }
      throw new UsageException(
          "the JVM runs without TornadoVM's flags; start ./decodebench, which adds them, with"
              + " TornadoVM's SDK in TORNADOVM_HOME",
          e);
    } catch (UsageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UsageException(
          "TornadoVM finds no device: " + HINT + " (" + e.getMessage() + ")", e);
    }
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** All, the default one first. */
  static List<Device> all() {
    TornadoRuntime runtime = runtime();
    List<Device> all = new ArrayList<>();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      for (int j = 0; j < backend.getNumDevices(); j++) {
        all.add(describe(i + ":" + j, backend.getDevice(j)));
      }
    }
    // Stable: the first GPU is the default, where there is one.
    all.sort(Comparator.comparing(d -> !d.kind().equals(TornadoDeviceType.GPU.name())));
    return all;
  }

  static Device describe(TornadoDevice device) {
    return all().stream()
        .filter(d -> find(d.id()) == device)
        .findFirst()
        .orElseGet(() -> describe("", device));
  }

  private static Device describe(String id, TornadoDevice device) {
    String driver =
        "%s, %s%s"
            .formatted(
                device.getTornadoVMBackend(),
                device.getPlatformName().strip(),
                version(device.getPhysicalDevice().getDeviceInfo()));
    return new Device(
        id,
        device.getPhysicalDevice().getDeviceName().strip(),
        driver,
        device.getDeviceType().name(),
        device.getMaxGlobalMemory(),
        device.getPhysicalDevice().getDeviceMaxComputeUnits());
  }

  /** Of the driver, where the description of a device has a line for it. */
  private static String version(String description) {
    return description
        .lines()
        .filter(l -> l.startsWith("Driver version"))
        .map(l -> " " + l.substring(l.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /**
   * @param id {@code i:j}, or empty for the first GPU, or without one the first device
   * @throws UsageException listing the devices if there is none of that name
   */
  static TornadoDevice find(String id) {
    TornadoRuntime runtime = runtime();
    if (id.isEmpty()) {
      return find(all().getFirst().id());
    }
    String[] parts = id.split(":", -1);
    try {
      int i = Integer.parseInt(parts[0]);
      int j = Integer.parseInt(parts[1]);
      if (parts.length == 2 && i >= 0 && i < runtime.getNumBackends()) {
        TornadoBackend backend = runtime.getBackend(i);
        if (j >= 0 && j < backend.getNumDevices()) {
          return backend.getDevice(j);
        }
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Said below, as any other name that no device has.
    }
    List<String> ids = all().stream().map(Device::id).toList();
    throw new UsageException(
        "no device '%s'; there are: %s (decodebench devices says what they are)"
            .formatted(id, String.join(", ", ids)));
  }
}
