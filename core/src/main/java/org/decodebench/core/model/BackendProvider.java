package org.decodebench.core.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.decodebench.core.UsageException;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A runtime beside the CPU's, in a module of its own that need not be there; registered for {@link
 * ServiceLoader}.
 */
public interface BackendProvider {

  /** What {@code --backend} calls it. */
  String name();

  /**
   * Loads a model's weights onto a device. The source may be closed afterwards.
   *
   * @throws UsageException if there is no such device, it is too small, or the weights are damaged
   */
  LanguageModel open(
      String model, WeightSource source, Tokenizer tokenizer, RuntimeOptions options);

  /**
   * Devices of this backend, the default one first.
   *
   * @throws UsageException if its drivers cannot be asked
   */
  List<Device> devices();

  /**
   * Measures a device; takes seconds.
   *
   * @param device as {@code --device} takes it
   */
  Limits measure(String device);

  /**
   * What a device reaches at most.
   *
   * @param bytesPerS read and written by a copy
   * @param flopPerS multiply-adds × 2, single precision
   * @param launchMicros of a kernel that does next to nothing, when many are queued
   */
  record Limits(double bytesPerS, double flopPerS, double launchMicros) {}

  /**
   * A device.
   *
   * @param id as {@code --device} takes it
   * @param driver which interface and platform drive it, with versions
   * @param kind for example {@code GPU}
   * @param memoryBytes of its global memory
   * @param units compute units
   */
  record Device(String id, String name, String driver, String kind, long memoryBytes, int units) {}

  /**
   * The provider of a backend.
   *
   * @throws UsageException with what to install if it is not on the class path
   */
  static BackendProvider of(RuntimeOptions.Backend backend) {
    String name = backend.name().toLowerCase(java.util.Locale.ROOT);
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new UsageException(
        backend == RuntimeOptions.Backend.TORNADO
            ? tornadoMissing(System.getenv("TORNADOVM_HOME"))
            : "no backend %s here; use --backend vector or --backend scalar".formatted(name));
  }

  private static String tornadoMissing(String home) {
    if (home != null && Files.isDirectory(Path.of(home, "share", "java", "tornado"))) {
      return "backend tornado: this JVM was started without TornadoVM; start ./decodebench, which"
          + " adds the SDK in TORNADOVM_HOME";
    }
    return "backend tornado needs a TornadoVM SDK for JDK 25%s: install one ('sdk install tornadovm', or https://www.tornadovm.org) and set TORNADOVM_HOME to it; or use --backend vector"
        .formatted(
            home == null || home.isEmpty() ? "" : ", and TORNADOVM_HOME=" + home + " is none");
  }
}
