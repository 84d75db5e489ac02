package org.decodebench.reports.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.decodebench.reports.result.Show;

/** Where a figure became worse, and which commit to measure next to know it closer. */
public final class Bisection {
  private Bisection() {}

  /** What is known of one change for the worse, a line each. */
  public static List<String> describe(Trends t, int change) {
    History.Entry good = t.entries().get(change - 1);
    History.Entry bad = t.entries().get(change);
    String what =
        "%s %s: %s since entry %d"
            .formatted(
                t.series().name(),
                t.series().metric().name(),
                Show.ratio(t.step(change)),
                bad.entry());
    if (good.commit() == null || bad.commit() == null) {
      return List.of(what, "  the entries do not know their commits");
    }
    String range = "%s..%s".formatted(clean(good.commit()), clean(bad.commit()));
    List<String> between = commits(range);
    String next =
        between.isEmpty()
            ? "  not in this repository: look at git log " + range
            : between.size() == 1
                ? "  it is this commit: " + between.getFirst()
                : "  one of %d commits; measure %s next and add its results"
                    .formatted(between.size(), between.get(between.size() / 2));
    return List.of(what, "  good " + good.commit() + ", bad " + bad.commit(), next);
  }

  /** Without the mark of uncommitted changes. */
  private static String clean(String commit) {
    return commit.replaceFirst("\\+.*$", "");
  }

  /** Hashes after the good commit up to the bad one, newest first; empty if git cannot say. */
  private static List<String> commits(String range) {
    if (!range.matches("[0-9a-f]{4,64}\\.\\.[0-9a-f]{4,64}")) {
      return List.of();
    }
    try {
      Process git =
          new ProcessBuilder("git", "rev-list", "--abbrev-commit", range)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String out = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean done = git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0;
      return done ? out.lines().toList() : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }
}
