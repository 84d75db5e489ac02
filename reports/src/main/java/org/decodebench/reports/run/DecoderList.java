package org.decodebench.reports.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecoderProvider;
import org.decodebench.core.decode.Decoders;

/** The decoders with what can be set. */
public final class DecoderList {
  private DecoderList() {}

  /**
   * @param name of the one whose settings are shown; null for a line each
   * @throws UsageException if there is no such decoder
   */
  public static void print(PrintStream out, String name) {
    List<DecoderProvider> all = Decoders.all();
    if (name == null) {
      all.forEach(d -> out.printf(Locale.ROOT, "%-17s %s%n", d.name(), d.summary()));
      return;
    }
    DecoderProvider decoder =
        all.stream()
            .filter(d -> d.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new UsageException(
                    "no decoder '%s'; there are: %s"
                        .formatted(
                            name,
                            all.stream()
                                .map(DecoderProvider::name)
                                .collect(Collectors.joining(", ")))));
    out.println(decoder.summary());
    for (DecoderProvider.Setting s : decoder.settings()) {
      String value = s.defaultValue().isEmpty() ? "…" : s.defaultValue();
      out.printf(Locale.ROOT, "  %-24s %s%n", s.name() + "=" + value, s.meaning());
    }
  }
}
