package org.decodebench.reports.page;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Clip;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Results;

/**
 * What {@code scripts/example.sh} cannot do in a shell: the example's README, the picture of its
 * page and the frames of its replay.
 */
final class ExamplePictures {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 1150;
  private static final int REPLAY_WIDTH = 820;
  private static final int FRAMES = 40;

  private ExamplePictures() {}

  /**
   * @param args a result folder, the folder of the documentation, one for the frames
   */
  public static void main(String[] args) throws IOException {
    Path docs = Path.of(args[1]);
    Files.writeString(docs.resolve("example/README.md"), readme(Results.read(Path.of(args[0]))));
    String page = docs.resolve("example/report.html").toAbsolutePath().toUri().toString();
    try (SystemBrowser browser = SystemBrowser.start()) {
      Page report = browser.page(WIDTH, HEIGHT, ColorScheme.LIGHT);
      report.navigate(page);
      report.screenshot(new Page.ScreenshotOptions().setPath(docs.resolve("pictures/report.png")));
      Page replay = browser.page(REPLAY_WIDTH, HEIGHT, ColorScheme.LIGHT);
      replay.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
      replay.navigate(page);
      frames(replay, Path.of(args[2]));
    }
  }

  private static String readme(Results results) {
    Environment env = results.environment();
    Environment.Machine machine = env.machine();
    long seconds =
        Duration.between(Instant.parse(env.startedAt()), Instant.parse(env.finishedAt()))
            .toSeconds();
    return """
    # An example report

    What `./decodebench run` leaves behind: [report.html](report.html) (one file, opens offline in any browser), the runs behind it
    ([runs.jsonl](runs.jsonl)), medians with intervals ([summary.csv](summary.csv)), the machine ([environment.json](environment.json)).
    Measured on %s on %s, %d cores (%s), Java %s, commit %s: %d forks in %.1f minutes.

    The pictures in the README are of this page. `scripts/example.sh` makes all of it from one result folder.
    """
        .formatted(
            env.startedAt().substring(0, 10),
            machine.cpu(),
            machine.physicalCores(),
            machine.os(),
            env.java().version(),
            env.commit(),
            results.records().size(),
            seconds / 60.0);
  }

  /** At equal steps of the recorded time, so that every decoder keeps its pace. */
  private static void frames(Page page, Path folder) {
    // The section without the explanation above it, which the README gives.
    page.evaluate(
        """
        document.querySelectorAll('nav, #replay > .note, #replay .choose, #replay .tools :not(.scrub):not(.scrub *):not(#clock)')
          .forEach(e => e.remove())
        """);
    Object y =
        page.evaluate("document.getElementById('replay').getBoundingClientRect().y + scrollY");
    double height = page.locator("#replay").boundingBox().height;
    Page.ScreenshotOptions shot =
        new Page.ScreenshotOptions()
            .setFullPage(true)
            .setClip(new Clip(0, ((Number) y).doubleValue(), REPLAY_WIDTH, height + 8));
    for (int i = 0; i <= FRAMES; i++) {
      page.evaluate(
          """
          thousandth => {
            const scrub = document.getElementById('scrub');
            scrub.value = thousandth;
            scrub.dispatchEvent(new Event('input'));
          }
          """,
          1000 * i / FRAMES);
      page.screenshot(shot.setPath(folder.resolve("frame%03d.png".formatted(i))));
    }
  }
}
