package org.decodebench.core.source;

import java.util.Arrays;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * The rows of an {@link OracleModel}: what a row sees, as a canvas whose position 0 is the begin
 * token, to logits.
 */
final class OracleAnswers {
  private final Source source;
  private final int shift;
  private final int mask;
  private final int begin;
  private final double[] next;
  private int[] lastSeen;
  private double[][] lastMarginals;

  OracleAnswers(Source source, ModelConfig config) {
    this.source = source;
    shift = config.logitShift();
    mask = config.maskTokenId().orElse(-1);
    begin = source.tokenizer().begin().orElseThrow();
    next = new double[source.vocabSize()];
  }

  int vocabSize() {
    return source.vocabSize();
  }

  /**
   * @param seen tokens at positions 0…, as far as the row sees
   * @param position of the row
   */
  void answer(int[] seen, int position, float[] out, int offset) {
    if (seen.length == 0 || seen[0] != begin) {
      throw new IllegalArgumentException(
          "position 0 must hold the begin token of source " + source.name());
    }
    int target = position + shift;
    double[] p = conditional(seen, target);
    double sum = 0;
    for (double x : p) {
      sum += x;
    }
    for (int v = 0; v < p.length; v++) {
      out[offset + v] = (float) (sum > 0 ? Math.log(p[v]) : fallback(v));
    }
  }

  private double[] conditional(int[] seen, int target) {
    if (target == seen.length && !holdsMask(seen, target)) {
      source.next(Arrays.copyOfRange(seen, 1, seen.length), seen.length - 1, next);
      return next;
    }
    if (!(source instanceof AnyOrderSource anyOrder)) {
      throw new IllegalArgumentException(
          "source %s answers left to right only".formatted(source.name()));
    }
    if (target < seen.length && seen[target] != mask) {
      Arrays.fill(next, 0);
      next[seen[target]] = 1;
      return next;
    }
    return marginals(anyOrder, seen)[target - 1];
  }

  /**
   * Of all positions seen and, where rows answer for the next one, the position after them. Kept
   * for the rows of the same canvas.
   */
  private double[][] marginals(AnyOrderSource anyOrder, int[] seen) {
    if (Arrays.equals(seen, lastSeen)) {
      return lastMarginals;
    }
    int[] canvas = new int[seen.length - 1 + shift];
    Arrays.fill(canvas, AnyOrderSource.UNKNOWN);
    for (int i = 1; i < seen.length; i++) {
      canvas[i - 1] = seen[i] == mask ? AnyOrderSource.UNKNOWN : seen[i];
    }
    double[][] marginals = new double[canvas.length][source.vocabSize()];
    anyOrder.conditionals(canvas, marginals);
    lastSeen = seen;
    lastMarginals = marginals;
    return marginals;
  }

  private boolean holdsMask(int[] seen, int end) {
    for (int i = 0; i < end; i++) {
      if (seen[i] == mask) {
        return true;
      }
    }
    return false;
  }

  /** Uniform over what the source can emit: every word, and the end token where texts end. */
  private double fallback(int token) {
    Tokenizer tokenizer = source.tokenizer();
    boolean emitted =
        token >= WordTokenizer.SPECIALS || (source.hasEnd() && tokenizer.isEnd(token));
    int count = source.vocabSize() - WordTokenizer.SPECIALS + (source.hasEnd() ? 1 : 0);
    return emitted ? -Math.log(count) : Double.NEGATIVE_INFINITY;
  }
}
