package org.decodebench.reports.peer;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.decodebench.reports.result.Show;

/** The report's table of peers: a fragment of HTML for one result folder. */
public final class PeerSection {
  private static final List<String> HEADS =
      List.of(
          "peer",
          "model",
          "phase",
          "threads",
          "peer, tokens/s",
          "ours, tokens/s",
          "ours / peer",
          "peer's build",
          "peer's instructions");

  private PeerSection() {}

  /** Empty where no peer was measured. */
  public static String html(Path folder) {
    List<PeerRatio> ratios = PeerRatio.of(PeerComparison.read(folder));
    if (ratios.isEmpty()) {
      return "";
    }
    StringBuilder out =
        new StringBuilder("<h3>Other engines</h3>\n<p class=\"note\">")
            .append(
                "The same model file, threads, prompt and lengths; one process of each in turns.")
            .append("</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\"")
            .append(" aria-label=\"Table, scrolls sideways\"><table><thead><tr>");
    HEADS.forEach(h -> out.append("<th scope=\"col\">").append(h).append("</th>"));
    out.append("</tr></thead><tbody>\n");
    for (PeerRatio r : ratios) {
      out.append("<tr>");
      List<String> cells =
          List.of(
              r.peer().engine(),
              r.peer().model(),
              r.phase() + " of " + r.tokens(),
              Integer.toString(r.peer().threads()),
              Show.number(r.peerPerS()),
              Show.number(r.oursPerS()),
              interval(r),
              r.peer().build(),
              r.peer().instructions());
      cells.forEach(c -> out.append("<td>").append(escape(c)).append("</td>"));
      out.append("</tr>\n");
    }
    return out.append("</tbody></table></div>\n").toString();
  }

  private static String interval(PeerRatio r) {
    String ratio = String.format(Locale.ROOT, "%.2f", r.oursPerS() / r.peerPerS());
    boolean known = Double.isFinite(r.ratio().lo()) && Double.isFinite(r.ratio().hi());
    return known && r.ratio().lo() < r.ratio().hi()
        ? String.format(Locale.ROOT, "%s [%.2f, %.2f]", ratio, r.ratio().lo(), r.ratio().hi())
        : ratio;
  }

  private static String escape(String text) {
    return text == null
        ? ""
        : text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;");
  }
}
