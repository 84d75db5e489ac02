package org.decodebench.reports.roofline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decodebench.core.decode.Cost;
import org.decodebench.reports.result.RunRecord;

/**
 * Forwards of a decode by their width, an output token: numbers of a record beside its figures,
 * {@code forwards_w8_per_token}, {@code bytes_w8_per_token}, {@code flop_w8_per_token}, and the
 * same with {@code draft_} in front.
 */
public final class Widths {
  private Widths() {}

  /**
   * Forwards of one width.
   *
   * @param draft whether of a draft model
   * @param width positions a forward, over the batch
   * @param forwards per output token; bytes and flop too
   */
  record Share(boolean draft, int width, double forwards, double bytes, double flop) {}

  /** What a record gets. */
  public static Map<String, Double> figures(
      Map<Long, Cost> target, Map<Long, Cost> draft, double tokens) {
    Map<String, Double> figures = new LinkedHashMap<>();
    put(figures, "", target, tokens);
    put(figures, "draft_", draft, tokens);
    return figures;
  }

  private static void put(
      Map<String, Double> figures, String prefix, Map<Long, Cost> costs, double tokens) {
    new TreeMap<>(costs)
        .forEach((width, cost) -> {
          if (cost.forwards() > 0 && cost.bytes() > 0 && tokens > 0) {
            String tail = "_w" + width + "_per_token";
            figures.put(prefix + "forwards" + tail, cost.forwards() / tokens);
            figures.put(prefix + "bytes" + tail, cost.bytes() / tokens);
            figures.put(prefix + "flop" + tail, cost.flops() / tokens);
          }
        });
  }

  /** What a record has. */
  static List<Share> of(RunRecord record) {
    List<Share> shares = new ArrayList<>();
    record
        .figures()
        .forEach((name, forwards) -> {
          if (forwards != null && name.matches("(draft_)?forwards_w\\d+_per_token")) {
            String width = name.replaceAll("\\D", "");
            shares.add(
                new Share(
                    name.startsWith("draft_"),
                    Integer.parseInt(width),
                    forwards,
                    record.figure(name.replace("forwards", "bytes")),
                    record.figure(name.replace("forwards", "flop"))));
          }
        });
    return shares;
  }
}
