package org.decodebench.core.model;

import org.decodebench.core.UsageException;

/**
 * How a model is run, not what it computes: logits do not depend on {@code threads}.
 *
 * @param threads worker threads, the caller's included; 0 for one a physical core
 * @param backend which implementation of the runtime
 * @param device of a backend with devices, as {@code decodebench devices} names them ({@code i:j});
 *     empty for the backend's own choice
 */
public record RuntimeOptions(int threads, Backend backend, String device) {
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

  public RuntimeOptions {
    if (threads < 0 || threads > 1024) {
      throw new UsageException("threads must be from 1 to 1024 (0: one a core), is " + threads);
    }
  }
}
