package org.decodebench.core.model;

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
        "backend %s is not part of this build; use --backend vector or --backend scalar"
            .formatted(name));
  }
}
