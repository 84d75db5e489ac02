package org.decodebench.core.decode;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;

/** The decoders on the class path, by name. */
public final class Decoders {
  private Decoders() {}

  public static List<DecoderProvider> all() {
    return ServiceLoader.load(DecoderProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(java.util.Comparator.comparing(DecoderProvider::name))
        .toList();
  }

  /**
   * @param spec {@code name} or {@code name:key=value,key=value}
   * @throws UsageException for an unknown decoder or setting
   */
  public static Decoder create(String spec, DecoderContext context) {
    int colon = spec.indexOf(':');
    String name = colon < 0 ? spec : spec.substring(0, colon);
    DecoderProvider provider =
        all().stream()
            .filter(p -> p.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new UsageException(
                    "no decoder '%s'; there are: %s"
                        .formatted(
                            name,
                            all().stream()
                                .map(DecoderProvider::name)
                                .collect(Collectors.joining(", ")))));
    return provider.create(
        Settings.parse(name, provider.settings(), colon < 0 ? "" : spec.substring(colon + 1)),
        context);
  }
}
