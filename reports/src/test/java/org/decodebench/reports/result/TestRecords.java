package org.decodebench.reports.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Made-up records for tests. */
public final class TestRecords {
  private TestRecords() {}

  /** A finished run of a setting with the given figures. */
  public static RunRecord record(
      String setting, String decoder, int fork, Map<String, Double> figures) {
    return record(setting, decoder, fork, "vector", figures, List.of());
  }

  /** The same of a decoder that drafts, with its acceptance by position. */
  public static RunRecord record(
      String setting,
      String decoder,
      int fork,
      Map<String, Double> figures,
      List<Double> acceptanceByPosition) {
    return record(setting, decoder, fork, "vector", figures, acceptanceByPosition);
  }

  /** The same on a backend. */
  public static RunRecord record(
      String setting, String decoder, int fork, String backend, Map<String, Double> figures) {
    return record(setting, decoder, fork, backend, figures, List.of());
  }

  private static RunRecord record(
      String setting,
      String decoder,
      int fork,
      String backend,
      Map<String, Double> figures,
      List<Double> acceptanceByPosition) {
    return new RunRecord(
        RunRecord.SCHEMA_VERSION,
        setting + "-f" + fork,
        setting,
        "test",
        "2026-01-01T00:00:00Z",
        fork,
        fork,
        RunRecord.Status.OK,
        null,
        "test machine",
        null,
        "tales-ar",
        "0123456789ab",
        "autoregressive",
        decoder,
        "tales",
        "ba9876543210",
        4,
        64,
        1,
        1,
        backend,
        1,
        List.of("-Xmx1g"),
        2,
        true,
        3,
        12,
        "exact",
        "aabbccddeeff",
        true,
        acceptanceByPosition,
        Map.of("prefill", 1.0),
        List.of(30.0, 20.0, 20.0),
        List.of(10.0, 11.0),
        List.of(),
        List.of(),
        new LinkedHashMap<>(figures));
  }
}
