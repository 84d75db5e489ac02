package org.decodebench.training;

/**
 * Linear warm-up to the peak, then half a cosine down to {@code last} of it.
 *
 * @param peak highest rate
 * @param warmup steps of warm-up
 * @param steps all steps
 * @param last share of the peak at the end
 */
record Schedule(double peak, long warmup, long steps, double last) {

  /** The rate of a step, counted from 1. */
  double rate(long step) {
    if (step <= warmup) {
      return peak * step / warmup;
    }
    double done = (double) (step - warmup) / Math.max(1, steps - warmup);
    return peak * (last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done))));
  }
}
