package org.decodebench.reports.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.decodebench.reports.result.Estimate;

/**
 * Statistics over forks. The fork is the unit: every array holds one value a fork, NaN where a fork
 * has none (it is left out).
 */
public final class Stats {
  /** Resamples of a bootstrap; fewer of very many values, whose interval is smooth anyway. */
  private static final int RESAMPLES = 5_000;

  private static final int FEWEST_RESAMPLES = 1_000;

  /** Values that all resamples together may draw. */
  private static final int DRAWS = 200_000;

  /** Above, resamples are not drawn value by value. */
  private static final int MANY = 1_000;

  /** In place: the samples that it is asked about are scratch. */
  private static final Median SCRATCH_MEDIAN = Median.withDefaults().withCopy(false);

  private static final Quantile QUANTILE =
      Quantile.withDefaults().with(Quantile.EstimationMethod.HF7);

  private Stats() {}

  /** Median; NaN of nothing. */
  public static double median(double... values) {
    return quantile(0.5, values);
  }

  /** Quantile with linear interpolation (Hyndman and Fan 1996, type 7); NaN of nothing. */
  public static double quantile(double p, double... values) {
    double[] known = known(values);
    return known.length == 0 ? Double.NaN : QUANTILE.evaluate(known, p);
  }

  /**
   * Median with a percentile-bootstrap 95 % interval. The resampling has a fixed seed, so the same
   * values always give the same interval. With very few forks the interval is the range of the
   * values and covers less than it says; the number of forks stands beside it.
   */
  public static Estimate medianInterval(double... values) {
    double[] known = known(values);
    if (known.length < 2) {
      return new Estimate(median(known), Double.NaN, Double.NaN, known.length);
    }
    if (same(known)) { // counted, not timed: every resample would say the same
      return new Estimate(known[0], known[0], known[0], known.length);
    }
    SplittableRandom random = new SplittableRandom(known.length);
    sortIfMany(known);
    double[] medians = new double[resamples(known.length)];
    double[] sample = new double[known.length];
    for (int i = 0; i < medians.length; i++) {
      medians[i] = resampledMedian(known, sample, random);
    }
    double[] ends = QUANTILE.evaluate(medians, 0.025, 0.975);
    return new Estimate(median(known), ends[0], ends[1], known.length);
  }

  /** Ratio of medians {@code current / baseline}, both resampled, with its 95 % interval. */
  public static Estimate ratioInterval(double[] current, double[] baseline) {
    double[] a = known(current);
    double[] b = known(baseline);
    int n = Math.min(a.length, b.length);
    double ratio = median(a) / median(b);
    if (n < 2 || !Double.isFinite(ratio)) {
      return new Estimate(Double.isFinite(ratio) ? ratio : Double.NaN, Double.NaN, Double.NaN, n);
    }
    if (same(a) && same(b)) {
      return new Estimate(ratio, ratio, ratio, n);
    }
    SplittableRandom random = new SplittableRandom(a.length * 31L + b.length);
    sortIfMany(a);
    sortIfMany(b);
    double[] ratios = new double[resamples(Math.max(a.length, b.length))];
    double[] sampleA = new double[a.length];
    double[] sampleB = new double[b.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = resampledMedian(a, sampleA, random) / resampledMedian(b, sampleB, random);
    }
    double[] ends = QUANTILE.evaluate(ratios, 0.025, 0.975);
    return new Estimate(ratio, ends[0], ends[1], n);
  }

  /** Two-sided p-value of the Mann–Whitney U test; exact for small samples without ties. */
  public static double mannWhitney(double[] x, double[] y) {
    double[] a = known(x);
    double[] b = known(y);
    if (a.length == 0 || b.length == 0) {
      return Double.NaN;
    }
    if (Arrays.equals(a, b) && Arrays.stream(a).distinct().count() == 1) {
      return 1; // all tied: the normal approximation has no variance
    }
    return MannWhitneyUTest.withDefaults()
        .with(AlternativeHypothesis.TWO_SIDED)
        .test(a, b)
        .getPValue();
  }

  /**
   * Cliff's delta: P(x > y) − P(x < y) over all pairs; 1 when every x is above every y. |δ| below
   * 0.147 is called negligible, below 0.33 small, below 0.474 medium (Romano et al. 2006).
   */
  public static double cliffsDelta(double[] x, double[] y) {
    double[] a = known(x);
    double[] b = known(y);
    if (a.length == 0 || b.length == 0) {
      return Double.NaN;
    }
    Arrays.sort(a);
    Arrays.sort(b);
    long above = 0;
    int below = 0; // values of b that are less than u
    int within = 0; // and those that are not more
    for (double u : a) {
      while (below < b.length && b[below] < u) {
        below++;
      }
      while (within < b.length && b[within] <= u) {
        within++;
      }
      above += below - (b.length - within);
    }
    return (double) above / ((long) a.length * b.length);
  }

  /** Holm's correction: adjusted p-values in the order given; NaN stays NaN and is not counted. */
  public static double[] holm(double... p) {
    Integer[] order =
        java.util.stream.IntStream.range(0, p.length)
            .filter(i -> !Double.isNaN(p[i]))
            .boxed()
            .sorted((i, j) -> Double.compare(p[i], p[j]))
            .toArray(Integer[]::new);
    double[] adjusted = p.clone();
    double least = 0;
    for (int k = 0; k < order.length; k++) {
      least = Math.max(least, Math.min(1, p[order[k]] * (order.length - k)));
      adjusted[order[k]] = least;
    }
    return adjusted;
  }

  /**
   * Indices of values beyond the outer Tukey fences (3 interquartile ranges): marked, never
   * dropped.
   */
  public static List<Integer> outliers(double... values) {
    double q1 = quantile(0.25, values);
    double q3 = quantile(0.75, values);
    double reach = 3 * (q3 - q1);
    List<Integer> out = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] < q1 - reach || values[i] > q3 + reach) {
        out.add(i);
      }
    }
    return out;
  }

  /** Half the width of an interval over its median; how {@code --ci} is judged. */
  public static double relativeHalfWidth(Estimate e) {
    return (e.hi() - e.lo()) / 2 / Math.abs(e.median());
  }

  /**
   * Of many values the median's rank in a resample is drawn, Beta((n+1)/2, (n+1)/2) of them all:
   * normal to within a fraction of a rank.
   */
  private static double resampledMedian(double[] from, double[] sample, SplittableRandom random) {
    int n = from.length;
    if (n > MANY) {
      double share = 0.5 + random.nextGaussian() / (2 * Math.sqrt(n + 2));
      return from[Math.clamp((int) (share * n), 0, n - 1)];
    }
    for (int i = 0; i < sample.length; i++) {
      sample[i] = from[random.nextInt(from.length)];
    }
    return SCRATCH_MEDIAN.evaluate(sample);
  }

  private static void sortIfMany(double[] values) {
    if (values.length > MANY) {
      Arrays.sort(values);
    }
  }

  private static int resamples(int values) {
    return Math.clamp(DRAWS / values, FEWEST_RESAMPLES, RESAMPLES);
  }

  private static boolean same(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  private static double[] known(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
  }
}
