package org.decodebench.speculative;

import java.util.Arrays;
import org.decodebench.ar.Continuation;
import org.decodebench.core.model.Logits;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.Sampler;

/**
 * Decides which drafted tokens stay, so that the text has the target's distribution whatever was
 * drafted (Leviathan et al. 2211.17192, Chen et al. 2302.01318; for trees the recursive rejection
 * of SpecInfer, 2305.09781).
 *
 * <p>At each node of the path the children are tried in order: a child x drawn from q is accepted
 * with probability min(1, p(x)/q(x)); if it is rejected, p becomes (p − q)₊ normalised, and the
 * next child is tried against that. When no child is left, the token is drawn from what p has
 * become: p itself where nothing was drafted, which is the bonus token of a fully accepted draft.
 * At temperature 0 all of p is on one token, and the same rules accept exactly the child that
 * equals it.
 */
final class Verifier {
  private final Sampler sampler;
  private final Residual residual;
  private final double[] p;

  /** What p becomes when a token drawn from q (null: chosen without chance) was rejected. */
  interface Residual {
    void reject(double[] p, double[] q, int token);
  }

  Verifier(Sampler sampler) {
    this(sampler, Verifier::reject);
  }

  /** With another rule for the rejected: how tests show that they would notice a wrong one. */
  Verifier(Sampler sampler, Residual residual) {
    this.sampler = sampler;
    this.residual = residual;
    p = new double[sampler.vocab()];
  }

  /** Step of the random number that accepts or rejects the n-th child at a position. */
  static int test(int child) {
    return 1 + 2 * child;
  }

  /** Step of the random number that draws the n-th child at a position. */
  static int draw(int child) {
    return 2 + 2 * child;
  }

  /**
   * Appends the accepted tokens to the text and, unless the text is done with them, one more token
   * from the target.
   *
   * @param logits of the target: row {@code row} follows the text's last token, row {@code row + 1
   *     + j} follows node j
   * @return the accepted nodes, from the root
   */
  int[] verify(Draft draft, Continuation text, Logits logits, int row) {
    int[] path = new int[draft.size()];
    int accepted = 0;
    int node = -1;
    while (!text.done()) {
      node = step(draft, node, text, logits, row + 1 + node);
      if (node < 0) {
        break;
      }
      path[accepted++] = node;
    }
    return Arrays.copyOf(path, accepted);
  }

  /** Appends one token: an accepted child of the node, which is returned, or the target's own. */
  private int step(Draft draft, int node, Continuation text, Logits logits, int row) {
    int position = text.length();
    int[] children = draft.children(node);
    if (sampler.isArgmax()) {
      int token = logits.argmax(row);
      text.append(token);
      return find(draft, children, token);
    }
    sampler.distribution(logits.values(row), logits.offset(row), text.history(), p);
    for (int c = 0; c < children.length; c++) {
      int token = draft.tokens()[children[c]];
      double[] q = draft.proposals()[children[c]];
      if (text.uniform(position, test(c)) * (q == null ? 1 : q[token]) < p[token]) {
        text.append(token);
        return children[c];
      }
      residual.reject(p, q, token);
    }
    text.append(Distributions.sample(p, text.uniform(position, 0)));
    return -1;
  }

  private static int find(Draft draft, int[] children, int token) {
    for (int child : children) {
      if (draft.tokens()[child] == token) {
        return child;
      }
    }
    return -1;
  }

  /** p becomes (p − q)₊, normalised; unchanged where rounding leaves nothing. */
  static void reject(double[] p, double[] q, int token) {
    double sum = 0;
    for (int v = 0; v < p.length; v++) {
      sum += Math.max(0, p[v] - mass(q, v, token));
    }
    if (sum <= 0) {
      return;
    }
    for (int v = 0; v < p.length; v++) {
      p[v] = Math.max(0, p[v] - mass(q, v, token)) / sum;
    }
  }

  private static double mass(double[] q, int v, int token) {
    return q != null ? q[v] : v == token ? 1 : 0;
  }
}
