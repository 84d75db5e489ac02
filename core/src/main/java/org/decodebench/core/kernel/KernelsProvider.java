package org.decodebench.core.kernel;

import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions.Backend;

/**
 * Chooses the kernels at start-up: the vector ones where the JVM can compile them, else the scalar
 * ones with one line on standard error that says why and what to do. {@code -Ddecodebench.kernels}
 * or {@code --backend} forces one; {@code -Ddecodebench.vectorBits=128|256|512} narrows vectors;
 * {@code -Ddecodebench.verbose=true} says the choice also where nothing is wrong.
 */
public final class KernelsProvider {
  private static final String PROPERTY = "decodebench.kernels";
  private static boolean said;

  private KernelsProvider() {}

  /**
   * @throws UsageException if what is forced is not there
   */
  public static Kernels choose(Backend backend) {
    return switch (backend) {
      case SCALAR -> chosen(new ScalarKernels(), "asked for");
      case VECTOR -> vector("asked for", true);
      case AUTO -> automatic();
      case TORNADO ->
          throw new UsageException(
              "backend tornado is not a CPU backend; use auto, vector or scalar");
    };
  }

  /**
   * Waits until the vector form of every kernel that has been called is compiled; for measurements
   * that want nothing of the start.
   */
  public static void awaitCompiled() {
    WarmUp.await();
  }

  private static Kernels automatic() {
    String forced = System.getProperty(PROPERTY, "auto");
    return switch (forced) {
      case "auto" -> vector("the fastest here", false);
      case "vector" -> vector("-D" + PROPERTY, true);
      case "scalar" -> chosen(new ScalarKernels(), "-D" + PROPERTY);
      default ->
          throw new UsageException(
              "-D%s=%s: expected auto, vector or scalar".formatted(PROPERTY, forced));
    };
  }

  private static Kernels vector(String reason, boolean forced) {
    Optional<String> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return chosen(load(), reason);
    }
    if (forced) {
      throw new UsageException("vector kernels: " + obstacle.get());
    }
    say("decodebench: slow scalar kernels: " + obstacle.get());
    return new ScalarKernels();
  }

  /** Why the Vector API is of no use in this JVM, and the remedy. */
  private static Optional<String> obstacle() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Optional.of(
          "the module jdk.incubator.vector is not loaded; start java with --add-modules"
              + " jdk.incubator.vector (./decodebench does)");
    }
    String info = System.getProperty("java.vm.info", "");
    if (info.contains("interpreted mode") || info.contains("emulated-client")) {
      return Optional.of(
          "the optimising compiler is off (%s); start java without -Xint, -client and -XX:TieredStopAtLevel"
              .formatted(info));
    }
    return Optional.empty();
  }

  /** By name, so that this class links where the incubator module is missing. */
  private static Kernels load() {
    try {
      return (Kernels)
          Class.forName("org.decodebench.core.kernel.VectorKernels")
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException | ExceptionInInitializerError e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof UsageException usage) {
          throw usage;
        }
      }
      throw new IllegalStateException("cannot load the vector kernels", e);
    }
  }

  private static Kernels chosen(Kernels kernels, String reason) {
    if (Boolean.getBoolean("decodebench.verbose")) {
      say("decodebench: " + kernels.name() + " kernels: " + reason);
    }
    return kernels;
  }

  private static synchronized void say(String line) {
    if (!said) {
      said = true;
      System.err.println(line);
    }
  }
}
