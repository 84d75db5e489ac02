package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A curve for people, a width a line. */
public final class CurveText {
  private CurveText() {}

  /** The lines. */
  public static List<String> of(Measured measured) {
    List<String> lines = new ArrayList<>();
    for (ForwardCurve curve : measured.curves()) {
      Ceiling ceiling = Ceiling.here(measured.limits(), curve.threads(), curve.weightBytes());
      lines.add(
          line(
              "model %s, %.1f MB of weights, %s, %d threads",
              curve.model(), curve.weightBytes() * 1e-6, curve.kernels(), curve.threads()));
      lines.add(
          line(
              "limits %.1f GB/s, %.1f GFLOP/s",
              ceiling.bytesPerSecond() * 1e-9, ceiling.flopPerSecond() * 1e-9));
      for (ForwardCurve.Point p : curve.points()) {
        double ideal = ForwardCurve.ideal(ceiling, p.bytes(), p.flop());
        boolean memory = p.bytes() / ceiling.bytesPerSecond() > p.flop() / ceiling.flopPerSecond();
        lines.add(
            line(
                "forward_cost width %-3d %10.3f ms  ideal %10.3f ms  ratio %.2f  beside %s  (%s,"
                    + " %.1f GB/s, %.1f GFLOP/s)",
                p.width(),
                p.ms(),
                ideal,
                p.ms() / ideal,
                p.beside() == null ? "-" : line("%.2f", p.beside()),
                memory ? "memory" : "arithmetic",
                p.bytes() / p.ms() * 1e-6,
                p.flop() / p.ms() * 1e-6));
      }
    }
    return lines;
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
