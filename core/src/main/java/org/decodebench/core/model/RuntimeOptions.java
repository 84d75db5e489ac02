package org.decodebench.core.model;

import java.util.Locale;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.DType;

/**
 * How a model is run, not what it computes: logits do not depend on {@code threads}.
 *
 * @param threads worker threads, the caller's included; 0 for one a physical core
 * @param backend which implementation of the runtime
 * @param device of a backend with devices, as {@code decodebench devices} names them ({@code i:j});
 *     empty for the backend's own choice
 * @param cache type in which keys and values are kept: F32, F16, BF16 or Q8_0. Anything but F32
 *     rounds them, the same way for every decoder
 */
public record RuntimeOptions(int threads, Backend backend, String device, DType cache) {
  /** Names the cache's type where no option does: how a child JVM learns of it. */
  public static final String CACHE_PROPERTY = "decodebench.cache";

  /** Names the device where no option does: how a child JVM learns of it. */
  public static final String DEVICE_PROPERTY = "decodebench.device";

  /** Implementations of the runtime, as {@code --backend} names them. */
  public enum Backend {
    /** The fastest that works here. */
    AUTO,
    /** The readable reference. */
    SCALAR,
    /** The Vector API; an error where it is missing. */
    VECTOR,
    /** TornadoVM, where its module is present. */
    TORNADO
  }

  public static final RuntimeOptions DEFAULT = new RuntimeOptions(0, Backend.AUTO);

  public RuntimeOptions(int threads, Backend backend) {
    this(threads, backend, System.getProperty(DEVICE_PROPERTY, ""));
  }

  public RuntimeOptions(int threads, Backend backend, String device) {
    this(threads, backend, device, cacheType(System.getProperty(CACHE_PROPERTY, "f32")));
  }

  /**
   * A type of the cache by its name.
   *
   * @throws UsageException if there is none of this name
   */
  public static DType cacheType(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32" -> DType.F32;
      case "f16" -> DType.F16;
      case "bf16" -> DType.BF16;
      case "q8_0" -> DType.Q8_0;
      default ->
          throw new UsageException(
              "no cache of type '%s'; there are: f32, f16, bf16, q8_0".formatted(name));
    };
  }

  public RuntimeOptions {
    if (threads < 0 || threads > 1024) {
      throw new UsageException("threads must be from 1 to 1024 (0: one a core), is " + threads);
    }
  }
}
