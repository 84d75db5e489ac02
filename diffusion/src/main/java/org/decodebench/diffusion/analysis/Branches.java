package org.decodebench.diffusion.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.diffusion.policy.Chance;

/**
 * Choices that take every branch of a random computation in turn: run it once, read {@link
 * #probability}, call {@link #advance}, and again until there is none left. Random keys branch over
 * all relative orders.
 */
final class Branches implements Chance {
  private final List<double[]> options = new ArrayList<>();
  private final List<Integer> taken = new ArrayList<>();
  private final Map<Long, Double> keys = new HashMap<>();
  private final Map<Long, Integer> intervals = new HashMap<>();
  private final List<Double> ascending = new ArrayList<>();
  private int depth;

  /** Probability of the branch that was just run. */
  double probability() {
    double p = 1;
    for (int i = 0; i < depth; i++) {
      p *= options.get(i)[taken.get(i)];
    }
    return p;
  }

  /** Turns to the next branch. */
  boolean advance() {
    keys.clear();
    intervals.clear();
    ascending.clear();
    depth = 0;
    while (!taken.isEmpty()) {
      int last = taken.size() - 1;
      int next = following(options.get(last), taken.get(last) + 1);
      if (next >= 0) {
        taken.set(last, next);
        return true;
      }
      taken.removeLast();
      options.removeLast();
    }
    return false;
  }

  private int choose(double[] p) {
    if (depth == taken.size()) {
      options.add(p.clone());
      taken.add(following(p, 0));
    }
    return taken.get(depth++);
  }

  private static int following(double[] p, int from) {
    for (int i = from; i < p.length; i++) {
      if (p[i] > 0) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public int token(double[] p, int position, int visit) {
    return choose(p);
  }

  @Override
  public int trial(double[] p, int position, int step) {
    return choose(p);
  }

  @Override
  public boolean flip(double p, int position, int tick) {
    return choose(new double[] {1 - p, p}) == 1;
  }

  @Override
  public int interval(int position, int visit, int intervals) {
    return this.intervals.computeIfAbsent(
        (long) visit << 32 | position, k -> choose(uniform(intervals)));
  }

  /** A new key falls with equal probability between any two that were given before. */
  @Override
  public double key(int position, int visit) {
    return keys.computeIfAbsent((long) visit << 32 | position, k -> insert());
  }

  private double insert() {
    int n = ascending.size() + 1;
    int rank = choose(uniform(n));
    double below = rank == 0 ? 0 : ascending.get(rank - 1);
    double above = rank == ascending.size() ? 1 : ascending.get(rank);
    double key = (below + above) / 2;
    ascending.add(rank, key);
    return key;
  }

  private static double[] uniform(int n) {
    double[] p = new double[n];
    Arrays.fill(p, 1.0 / n);
    return p;
  }
}
