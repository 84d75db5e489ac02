package org.decodebench.reports.roofline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.Cost;
import org.decodebench.core.kernel.Gauge;
import org.decodebench.core.kernel.MachineLimits;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.machine.Limits;
import org.decodebench.reports.result.Results;
import org.decodebench.reports.result.RunRecord;
import org.decodebench.reports.result.SummaryRow;
import org.decodebench.reports.result.TestRecords;
import org.decodebench.reports.stats.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up machine of 10 GB/s and 100 GFLOP/s. */
class RooflineTest {
  private static final Limits LIMITS =
      new Limits(
          Limits.SCHEMA_VERSION,
          "2026-01-01T00:00:00Z",
          "box",
          "25",
          List.of(),
          new MachineLimits(
              "vector-512",
              List.of(new MachineLimits.Bandwidth("memory", 1 << 28, 1, 10e9)),
              List.of(new MachineLimits.Peak(1, 100e9))));

  private static final Measured CPU = new Measured(1, LIMITS, List.of());

  /** 1 GB of weights, 1 MB of cache a position; 2 GFLOP a position. Reaches 80 % of the limit. */
  private static final ForwardCurve CURVE = curve();

  @TempDir private Path folder;

  private static ForwardCurve curve() {
    ForwardCurve shape = new ForwardCurve("tales-ar", 1, "v", 1e9, 1e6, 2e9, 0, null, 0, List.of());
    Ceiling here = Ceiling.here(LIMITS, 1, 1e9);
    List<ForwardCurve.Point> points =
        List.of(1, 2, 4, 8, 16, 32, 64).stream()
            .map(w -> {
              double bytes = shape.bytes(w, 0, 1);
              double flop = shape.flop(w, 0, 1);
              return new ForwardCurve.Point(
                  w, ForwardCurve.ideal(here, bytes, flop) / 0.8, bytes, flop, 1.25);
            })
            .toList();
    return new ForwardCurve("tales-ar", 1, "v", 1e9, 1e6, 2e9, 0, null, 0, points);
  }

  /** Half a forward of 8 positions a token, at the speed of the curve. */
  private static RunRecord record() {
    Map<Long, Cost> forwards =
        Map.of(
            8L, new Cost(50, 400, 400, (long) (50 * CURVE.bytes(8, 20, 1)), 50 * 16_000_000_000L));
    Map<String, Double> figures = new TreeMap<>(Widths.figures(forwards, Map.of(), 100));
    // Per token 0.5 forwards of 160 ms (arithmetic) at 80 %: 100 ms.
    figures.put("tokens_per_s", 10.0);
    return TestRecords.record("s", "block-diffusion", 1, figures);
  }

  @Test
  void theLimitOfATokenIsTheLongerOfItsBytesAndItsArithmetic() {
    RunRecord with = Efficiency.added(record(), CPU);
    assertEquals(80, with.figure(Efficiency.LIMIT), 1e-9);
    assertEquals(100, with.figure(Efficiency.MEASURED), 1e-9);
    assertEquals(0.8, with.figure(Efficiency.SHARE), 1e-9);
  }

  @Test
  void aRecordWithoutCountedForwardsStaysAsItIs() {
    RunRecord source = TestRecords.record("s", "ar", 1, Map.of("tokens_per_s", 5.0));
    assertEquals(source, Efficiency.added(source, CPU));
  }

  @Test
  void aPredictionOfWhatWasMeasuredIsTheMeasurement() {
    Prediction prediction = new Prediction(new Measured(1, LIMITS, List.of(CURVE)), record());
    assertEquals(10, prediction.tokensPerSecond(Prediction.loads(List.of()).getFirst()), 1e-6);
  }

  @Test
  void aPredictionFollowsTheLoad() {
    Prediction prediction = new Prediction(new Measured(1, LIMITS, List.of(CURVE)), record());
    Ceiling fast = Ceiling.parse("4.8TB/s, 990 TFLOP/s");
    // 16 GFLOP take 16 µs, 1.028 GB take 214 µs: on that machine the forward waits for memory.
    double seconds = 0.5 * CURVE.bytes(8, 20, 1) / 4.8e12 / 0.8;
    assertEquals(
        1 / seconds,
        prediction.tokensPerSecond(new Prediction.Load("fast", fast, 1, Double.NaN, 1)),
        1e-6 / seconds);
    // Bound by arithmetic, a batch gains nothing here.
    assertEquals(
        10, prediction.tokensPerSecond(new Prediction.Load("8", null, 8, Double.NaN, 1)), 1e-6);
    assertEquals(
        2.5, prediction.tokensPerSecond(new Prediction.Load("4x", null, 1, Double.NaN, 4)), 1e-6);
  }

  @Test
  void machinesAreDescribedByBandwidthAndPeak() {
    assertEquals(
        new Ceiling("50GB/s, 1.5TFLOP/s", 50e9, 1.5e12), Ceiling.parse("50GB/s,1.5TFLOP/s"));
    for (String bad :
        List.of("", "fast", "1TB/s", "1TB/s,2", "1TFLOP/s,1TB/s", "-1GB/s,1GFLOP/s")) {
      assertThrows(UsageException.class, () -> Ceiling.parse(bad), bad);
    }
  }

  @Test
  void theSectionShowsSharesChartAndPredictionsAsSuch() {
    Measured measured = new Measured(1, LIMITS, List.of(CURVE));
    measured.write(folder);
    assertEquals(Optional.of(measured), Measured.read(folder));
    List<RunRecord> records = List.of(Efficiency.added(record(), CPU));
    List<SummaryRow> rows = Summary.of(records, null);
    Results results = new Results(folder, records, null, Map.of(), List.of());
    List<Ceiling> machines = List.of(Ceiling.parse("900GB/s, 50TFLOP/s"));
    String html = RooflineSection.html(results, rows, machines, (a, b) -> true);
    assertTrue(html.contains("80 %"), html);
    assertTrue(html.contains("<svg") && html.contains("ratio 1.25"), html);
    assertTrue(html.contains("Prediction") && html.contains("Not measured."), html);
    assertTrue(html.contains("predicted, 900GB/s, 50TFLOP/s"), html);
    assertFalse(html.contains("style="), "the page's policy forbids it");
    assertEquals(
        "",
        RooflineSection.html(
            new Results(folder.resolve("none"), records, null, Map.of(), List.of()),
            rows,
            List.of(),
            (a, b) -> true));
  }

  /** A device of 100 GB/s and 1 TFLOP/s, on which forwards reach half of the limit. */
  private static Measured withDevice() {
    DeviceRoof device = new DeviceRoof("a device", 100e9, 1e12, 5, List.of(CURVE));
    return new Measured(1, LIMITS, List.of(CURVE)).with(device, Map.of("alike", "tales-ar"));
  }

  private static RunRecord onDevice(String decoder, int width, double forwards, double speed) {
    long bytes = (long) (forwards * CURVE.bytes(width, 0, 1));
    long flop = (long) (forwards * CURVE.flop(width, 0, 1));
    Map<Long, Cost> costs =
        Map.of(
            (long) width,
            new Cost((long) forwards, (long) (forwards * width), (long) forwards, bytes, flop));
    Map<String, Double> figures = new TreeMap<>(Widths.figures(costs, Map.of(), 100));
    figures.put("tokens_per_s", speed);
    figures.put("nfe_per_token", forwards / 100);
    figures.put("positions_per_token", forwards / 100 * width);
    return TestRecords.record(decoder, decoder, 1, "tornado", figures);
  }

  @Test
  void aRecordOfADeviceIsHeldAgainstTheDevicesLimits() {
    RunRecord ar = onDevice("ar", 1, 100, 50);
    assertEquals(ar, Efficiency.added(ar, CPU), "nothing is known of the device");
    Measured measured = withDevice();
    // A forward of one position reads 1.001 GB: 10 ms of the 20 that it takes.
    assertEquals(0.5, Efficiency.added(ar, measured).figure(Efficiency.SHARE), 1e-2);
    measured.write(folder);
    assertEquals(Optional.of(measured), Measured.read(folder));
    assertEquals(2, measured.device().curves().size());
  }

  @Test
  void aCrossoverSaysHowManyForwardsATokenMayTake() {
    Measured measured = withDevice();
    measured.write(folder);
    // 32 positions: 64 GFLOP, 64 ms by the limit, 80 ms measured; ar: 10 ms and 20 ms.
    List<RunRecord> records =
        List.of(
            Efficiency.added(onDevice("ar", 1, 100, 50), measured),
            Efficiency.added(onDevice("masked-diffusion", 32, 10, 125), measured));
    List<SummaryRow> rows = Summary.of(records, null);
    Crossover crossover = Crossover.of(rows).getFirst();
    assertEquals(20.0 / 80, crossover.measured(), 1e-9);
    assertEquals(10.01 / 64, crossover.predicted(), 1e-3);
    assertEquals(2.5, crossover.speedup(), 1e-9);
    Results results = new Results(folder, records, null, Map.of(), List.of());
    String better = RooflineSection.html(results, rows, List.of(), (a, b) -> true);
    assertTrue(better.contains("masked-diffusion overtakes ar at no worse quality"), better);
    assertTrue(better.contains("a device"), better);
    String worse = RooflineSection.html(results, rows, List.of(), (a, b) -> false);
    assertTrue(worse.contains("no diffusion setting overtakes ar at no worse quality"), worse);
  }

  @Test
  void aCurveIsMeasuredAtEveryWidthAndCountedFromShapes() {
    try (LanguageModel model =
        Models.load("tales-ar", new RuntimeOptions(1, RuntimeOptions.Backend.AUTO))) {
      assertTrue(CurveMeter.counted(model));
      ForwardCurve curve =
          new CurveMeter(model).measure(new RuntimeOptions(1, RuntimeOptions.Backend.AUTO));
      assertEquals(
          List.of(1, 2, 4, 8, 16, 32, 64),
          curve.points().stream().map(ForwardCurve.Point::width).toList());
      for (ForwardCurve.Point p : curve.points()) {
        assertTrue(p.ms() > 0);
        assertEquals(curve.flop(p.width(), curve.prefix(), 1), p.flop(), 1e-6 * p.flop());
        // The embedding's rows come on top, one a position.
        assertEquals(curve.bytes(p.width(), curve.prefix(), 1), p.bytes(), 1e-2 * p.bytes());
      }
    }
  }

  @Test
  void aMachineThatSlowsDownIsHeldAgainstWhatItCouldAtThatMoment() {
    Gauge.Rates fast = new Gauge.Rates(10e9, 100e9);
    Gauge.Rates slow = new Gauge.Rates(5e9, 50e9);
    // 1 GB takes 100 ms on the fast one and 200 ms on the slow one; each time twice that was
    // measured.
    assertEquals(
        2, CurveMeter.beside(List.of(7.0, 200.0), List.of(slow, fast, fast), 1e9, 1e9), 1e-9);
    assertEquals(
        2, CurveMeter.beside(List.of(7.0, 400.0), List.of(fast, slow, slow), 1e9, 1e9), 1e-9);
    assertEquals(
        2,
        CurveMeter.beside(List.of(7.0, 1e9 / 7.5e9 * 2e3), List.of(slow, fast, slow), 1e9, 1e9),
        1e-9);
  }
}
