package org.decodebench.core.source;

import java.util.List;
import org.decodebench.core.UsageException;

/** The sources by name. Each is made once and shared. */
public final class Sources {
  private Sources() {}

  private static final class Tales {
    static final TalesSource INSTANCE = new TalesSource();
  }

  public static List<String> names() {
    return List.of("tales");
  }

  /**
   * @throws UsageException if there is no source of this name
   */
  public static Source byName(String name) {
    return switch (name) {
      case "tales" -> Tales.INSTANCE;
      default ->
          throw new UsageException(
              "no source '%s'; there are: %s".formatted(name, String.join(", ", names())));
    };
  }
}
