package org.decodebench.speculative;

/**
 * How deep to draft next. Fixed, or chosen for the most tokens a unit of time that theory expects
 * (2211.17192, section 3.5) from what was accepted of this text so far: with acceptance α, a
 * drafted token that costs c target forwards and adds s to the verification, k drafted tokens give
 * (1 − α^(k+1)) / (1 − α) tokens for 1 + (c + s)k. Where no draft is worth its cost there is none,
 * until what was learnt has faded. What counts is the text's own past, so the choice is the same in
 * any batch.
 */
final class DraftLength {
  /** A text begins as if it had seen so many drafted tokens, this share of them accepted. */
  private static final double PRIOR = 4;

  private static final double PRIOR_ACCEPTANCE = 0.8;

  /** The past fades: what is accepted changes along a text. */
  private static final double DECAY = 0.9;

  private final int most;
  private final boolean adaptive;
  private final double cost;
  private double tried = PRIOR;
  private double accepted = PRIOR * PRIOR_ACCEPTANCE;

  DraftLength(int most, boolean adaptive, DraftCosts costs) {
    this.most = most;
    this.adaptive = adaptive;
    cost = costs.draft() + costs.verify();
  }

  int next() {
    if (!adaptive) {
      return most;
    }
    double alpha = accepted / tried;
    int best = 0;
    for (int k = 1; k <= most; k++) {
      if (tokensPerCost(alpha, k) > tokensPerCost(alpha, best)) {
        best = k;
      }
    }
    return best;
  }

  private double tokensPerCost(double alpha, int k) {
    return expectedTokens(alpha, k) / (1 + cost * k);
  }

  /** Tokens that a round of k drafted tokens gives on average. */
  static double expectedTokens(double alpha, int k) {
    return alpha >= 1 ? k + 1 : (1 - Math.pow(alpha, k + 1)) / (1 - alpha);
  }

  /** Only tokens up to the first rejected one were really judged. */
  void learn(int drafted, int kept) {
    if (drafted > 0) {
      tried = DECAY * tried + Math.min(drafted, kept + 1);
      accepted = DECAY * accepted + kept;
    } else {
      tried = PRIOR + DECAY * (tried - PRIOR);
      accepted = PRIOR * PRIOR_ACCEPTANCE + DECAY * (accepted - PRIOR * PRIOR_ACCEPTANCE);
    }
  }
}
