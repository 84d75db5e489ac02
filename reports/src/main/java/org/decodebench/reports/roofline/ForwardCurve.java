package org.decodebench.reports.roofline;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Comparator;
import java.util.List;

/**
 * What a forward of one model costs, by its width: counted from shapes, and measured.
 *
 * @param model as the user named it
 * @param threads of the runtime
 * @param kernels that ran
 * @param weightBytes read once a forward
 * @param cacheBytesPerPosition keys and values of a position in all layers
 * @param flopPerPosition products of a position, output projection included
 * @param flopPerKey attention of a position to one key, in all layers
 * @param measuredOn the model that was measured, where it stands for another of the same shape and
 *     types; null for itself
 * @param prefix positions in the cache while it was measured
 * @param points by ascending width
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ForwardCurve(
    String model,
    int threads,
    String kernels,
    double weightBytes,
    double cacheBytesPerPosition,
    double flopPerPosition,
    double flopPerKey,
    String measuredOn,
    int prefix,
    List<Point> points) {

  /**
   * @param width positions
   * @param ms least time of a forward
   * @param bytes that it must read
   * @param flop that it must compute
   * @param beside median of time / the time that the limits allow, as they were measured just
   *     before and after; null in results of versions that did not
   */
  public record Point(int width, double ms, double bytes, double flop, Double beside) {}

  /** The same for a model whose forwards cost the same. */
  ForwardCurve alike(String other) {
    return new ForwardCurve(
        other,
        threads,
        kernels,
        weightBytes,
        cacheBytesPerPosition,
        flopPerPosition,
        flopPerKey,
        model,
        prefix,
        points);
  }

  /** The least time in ms that a machine's limits allow a forward. */
  public static double ideal(Ceiling ceiling, double bytes, double flop) {
    return 1e3 * Math.max(bytes / ceiling.bytesPerSecond(), flop / ceiling.flopPerSecond());
  }

  /**
   * Share of the limit that a forward of a width reaches: measured at the nearest width, 1 where
   * nothing was measured.
   */
  double efficiency(Ceiling ceiling, double width) {
    return points.stream()
        .min(Comparator.comparingDouble(p -> Math.abs(Math.log(p.width() / width))))
        .map(p -> ideal(ceiling, p.bytes(), p.flop()) / p.ms())
        .orElse(1.0);
  }

  /** Bytes of a forward over {@code width} positions of each of {@code batch} sequences. */
  double bytes(double width, double context, double batch) {
    return weightBytes + batch * (context + width) * cacheBytesPerPosition;
  }

  /** FLOP of the same. */
  double flop(double width, double context, double batch) {
    return batch * width * (flopPerPosition + (context + (width + 1) / 2) * flopPerKey);
  }
}
