package org.decodebench.reports.stats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.reports.result.Estimate;
import org.decodebench.reports.result.SummaryRow;

/**
 * What theory says of a speculative decode (Leviathan et al. 2211.17192), from its measured
 * acceptance and costs and those of {@code ar} with the same model in the same run. With acceptance
 * α of a judged token, drafts of γ tokens, a drafted token that costs c target steps and a
 * verification that costs v (theory: 1), the speed-up is
 *
 * <pre>
 * (1 − α^(γ+1)) / (1 − α) / (cγ + v)
 * </pre>
 *
 * <p>For a tree, whose depths hold several tokens, the tokens of a round are the measured ones and
 * α is what the formula would need for them with γ the depth.
 */
public final class Speculation {
  private static final Pattern TEMPERATURE = Pattern.compile("[:,]temperature=([^,]*)");

  private Speculation() {}

  /** The rows, those that draft with what theory says beside what was measured. */
  static List<SummaryRow> compared(List<SummaryRow> rows) {
    List<SummaryRow> out = new ArrayList<>();
    for (SummaryRow row : rows) {
      Optional<SummaryRow> plain =
          row.figure("mean_accepted_length").known()
              ? rows.stream().filter(r -> isPlain(r, row)).findFirst()
              : Optional.empty();
      out.add(plain.isEmpty() ? row : withTheory(row, plain.get()));
    }
    return out;
  }

  /** Whether a row is plain autoregressive decoding of the same, comparable with another. */
  private static boolean isPlain(SummaryRow row, SummaryRow other) {
    return row.first().decoderName().equals("ar")
        && row.model().equals(other.model())
        && row.first().batch() == other.first().batch()
        && row.first().threads() == other.first().threads()
        && String.valueOf(row.first().workloadHash()).equals(other.first().workloadHash())
        && temperature(row).equals(temperature(other));
  }

  private static String temperature(SummaryRow row) {
    Matcher matcher = TEMPERATURE.matcher(row.decoder());
    return matcher.find() ? matcher.group(1) : "0";
  }

  private static SummaryRow withTheory(SummaryRow row, SummaryRow plain) {
    double step = plain.figure("target_us_per_token").median();
    double tokensPerRound = row.figure("mean_accepted_length").median();
    double accepted = row.figure("acceptance_rate").median();
    double wasted = row.figure("wasted_positions_per_token").median();
    // Of the drafted tokens per output token, the accepted share is known and the rest is wasted.
    double gamma = wasted * tokensPerRound / (1 - accepted);
    if (accepted >= 1) {
      gamma = tokensPerRound - 1;
    }
    double draft = row.figure("draft_us_per_token").median() * tokensPerRound / step;
    double verify = row.figure("target_us_per_token").median() * tokensPerRound / step;
    int depth = row.first().acceptanceByPosition().size();
    boolean tree = depth > 0 && gamma > depth + 1e-9;
    double alpha = tree ? acceptanceFor(tokensPerRound, depth) : judgedAcceptance(row, accepted);
    double tokens = tree ? tokensPerRound : expectedTokens(alpha, gamma);
    Map<String, Estimate> figures = new LinkedHashMap<>(row.figures());
    int n = row.forks();
    put(figures, "judged_acceptance", alpha, n);
    put(figures, "draft_cost_ratio", draft / (tree ? depth : gamma), n);
    put(figures, "verify_cost_ratio", verify, n);
    put(figures, "leviathan_speedup", tokens / (draft + 1), n);
    put(figures, "predicted_speedup", tokens / (draft + verify), n);
    put(
        figures,
        "measured_speedup",
        row.figure("decode_tokens_per_s").median() / plain.figure("decode_tokens_per_s").median(),
        n);
    return new SummaryRow(
        row.first(), row.forks(), row.failed(), figures, row.ratios(), row.baseline());
  }

  private static void put(Map<String, Estimate> figures, String name, double value, int n) {
    if (Double.isFinite(value)) {
      figures.put(name, new Estimate(value, Double.NaN, Double.NaN, n));
    }
  }

  /**
   * Accepted / judged: a token after a rejected one was never judged. From the rates by depth a_i,
   * accepted over drafted there, it is Σ a_i / (1 + a_0 + … + a_(k-2)).
   */
  private static double judgedAcceptance(SummaryRow row, double otherwise) {
    List<Double> rates = row.first().acceptanceByPosition();
    double kept = 0;
    double judged = 0;
    double reached = 1;
    for (double rate : rates) {
      if (Double.isNaN(rate)) {
        break;
      }
      kept += rate;
      judged += reached;
      reached = rate;
    }
    return judged > 0 ? Math.min(1, kept / judged) : otherwise;
  }

  /** The acceptance at which rounds of so many drafted tokens give these tokens on average. */
  private static double acceptanceFor(double tokens, int drafted) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (expectedTokens(middle, drafted) < tokens) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Tokens that a round gives on average. */
  public static double expectedTokens(double acceptance, double drafted) {
    return acceptance >= 1
        ? drafted + 1
        : (1 - Math.pow(acceptance, drafted + 1)) / (1 - acceptance);
  }
}
