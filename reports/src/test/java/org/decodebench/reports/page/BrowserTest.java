package org.decodebench.reports.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real browser: the system's Chromium, driven by the system's Node.js. Nothing is
 * downloaded; where one of the two is missing the tests are skipped.
 */
class BrowserTest {
  private static final String EVIL =
      "<script>document.title='broken'</script> \"quoted\" 'single' </script> &amp;";

  @TempDir private static Path folder;
  private static SystemBrowser browser;
  private static Path file;

  private Page page;
  private final List<String> problems = new ArrayList<>();

  @BeforeAll
  static void startsTheSystemsBrowser() {
    Optional<String> missing = SystemBrowser.missing();
    assumeTrue(
        missing.isEmpty(), () -> "the page was not tried in a browser: " + missing.orElseThrow());
    browser = SystemBrowser.start();
    file = folder.resolve("page.html");
    ReportPage.write(List.of(new MadeUpResults(1).prompt(EVIL).write(folder)), file);
  }

  @AfterAll
  static void stops() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void opens() {
    page = open(1280, ColorScheme.LIGHT);
  }

  private Page open(int width, ColorScheme scheme) {
    Page opened = browser.page(width, 900, scheme);
    opened.onConsoleMessage(m -> problems.add(m.type() + ": " + m.text()));
    opened.onPageError(problems::add);
    opened.onRequest(r -> {
      if (!r.url().startsWith("file:")) {
        problems.add("request: " + r.url());
      }
    });
    opened.navigate(file.toUri().toString());
    return opened;
  }

  @AfterEach
  void nothingWasLoggedAndNothingAskedOfTheNetwork() {
    page.context().close();
    assertEquals(List.of(), problems);
  }

  private List<String> firstColumn() {
    return page.locator("#summary-table tbody tr:visible td:first-child > span").allTextContents();
  }

  @Test
  void aHeadingSortsAndAgainTheOtherWay() {
    Locator speed = page.locator("#summary-table th[data-name=tokens_per_s]");
    speed.locator("button").click();
    assertEquals("descending", speed.getAttribute("aria-sort"));
    assertEquals("masked-diffusion:steps=4", firstColumn().getFirst());
    speed.locator("button").press("Enter");
    assertEquals("ascending", speed.getAttribute("aria-sort"));
    assertEquals("masked-diffusion:steps=64", firstColumn().getFirst());
    page.locator("#summary-table th[data-name=acceptance_rate] button").click();
    assertEquals(
        "speculative:draft=tales-draft,k=4",
        firstColumn().getFirst(),
        "what is not known goes last");
  }

  @Test
  void theFilterKeepsWhatHasAllWords() {
    page.locator("#filter").fill("masked steps=16");
    assertEquals(List.of("masked-diffusion:steps=16"), firstColumn());
    assertEquals(
        6, page.locator("#frontier figure:first-of-type .pt.dim").count(), "the chart follows");
    page.keyboard().press("Escape");
    assertEquals(7, firstColumn().size());
  }

  @Test
  void aMarkOfTheChartFiltersByMouseAndByKeyboard() {
    page.locator("#frontier figure:first-of-type .pt.f1").click();
    assertEquals(List.of("speculative:draft=tales-draft,k=4"), firstColumn());
    page.locator("#frontier figure:first-of-type .pt.f1").click();
    assertEquals(7, firstColumn().size());
    page.locator("#frontier figure:first-of-type .pt.f0").focus();
    page.keyboard().press("Enter");
    assertEquals(List.of("ar"), firstColumn());
  }

  @Test
  void groupsOfColumnsCanBeHidden() {
    assertTrue(page.locator("#summary-table th[data-name=nfe_per_token]").isVisible());
    page.locator("[data-group=g-work]").uncheck();
    assertFalse(page.locator("#summary-table th[data-name=nfe_per_token]").isVisible());
  }

  @Test
  void theTableIsCopiedAsCsvAndMarkdown() {
    page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
    page.locator("#copy-csv").click();
    page.locator("#copied:has-text('copied')").waitFor();
    String csv = (String) page.evaluate("navigator.clipboard.readText()");
    assertTrue(csv.startsWith("setting,model,forks,tokens_per_s,"), csv);
    assertEquals(8, csv.lines().count());
    assertTrue(csv.contains("\"speculative:draft=tales-draft,k=4\",tales-ar,3,"), csv);
    page.locator("#copy-markdown").click();
    await("navigator.clipboard.readText().then(t => t.startsWith('| setting |'))");
    assertEquals(9, ((String) page.evaluate("navigator.clipboard.readText()")).lines().count());
  }

  @Test
  void theReplayEndsWithExactlyTheRecordedTexts() {
    Map<String, String> recorded = new HashMap<>();
    org.decodebench.reports.result.Results.read(folder)
        .traces()
        .forEach((setting, traces) ->
            recorded.put(traces.getFirst().header().decoder(), traces.getFirst().end().text()));
    page.locator("details.choose summary").click();
    for (Locator box : page.locator("#choose input").all()) {
      box.check();
    }
    page.locator("#pace").selectOption("1");
    page.locator("#play").click();
    await(
        "document.querySelectorAll('.pane.done').length === 7 && document.getElementById('play').textContent === 'Play'");
    assertEquals(recorded, shown());
    // Backwards and forwards again by the scrubber.
    scrub("300");
    assertTrue(page.locator(".pane.done").count() < 7);
    scrub("1000");
    assertEquals(recorded, shown());
  }

  /** waitForFunction would evaluate text inside the page, which its policy forbids. */
  private void await(String condition) {
    for (int i = 0; i < 600 && !(boolean) page.evaluate(condition); i++) {
      page.waitForTimeout(50);
    }
    assertTrue((boolean) page.evaluate(condition), condition);
  }

  private Map<String, String> shown() {
    Map<String, String> shown = new HashMap<>();
    for (Locator pane : page.locator(".pane").all()) {
      shown.put(pane.locator("h3").textContent(), pane.locator(".generated").textContent());
    }
    return shown;
  }

  private void scrub(String value) {
    page.locator("#scrub")
        .evaluate("(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value);
  }

  @Test
  void draftsAreShownAndThenAcceptedOrStruck() {
    boolean drafted = false;
    boolean struck = false;
    boolean accepted = false;
    for (int i = 0; i <= 1000; i += 10) {
      scrub(Integer.toString(i));
      drafted |= page.locator(".pane.f1 .cell.draft").count() > 0;
      struck |= page.locator(".pane.f1 .cell.struck, .pane.f1 .cell s").count() > 0;
      accepted |= page.locator(".pane.f1 .cell.accepted").count() > 0;
    }
    assertTrue(drafted && struck && accepted);
    scrub("0");
    assertEquals(48, page.locator(".pane.f2 .cell.mask").count(), "a canvas starts as boxes");
  }

  @Test
  void aPromptWithMarkupStaysText() {
    assertEquals("made-up", page.title());
    assertTrue(page.locator("#samples h3").first().textContent().contains(EVIL));
    assertEquals(EVIL, page.locator(".pane .prompt").first().textContent());
  }

  /** The pictures are for people; {@code -Ddecodebench.screenshots=DIR} keeps them. */
  @Test
  void thePageFitsEveryWidthAndTheDark() {
    String keep = System.getProperty("decodebench.screenshots");
    for (int width : new int[] {1280, 768, 390}) {
      for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        Page p = open(width, scheme);
        assertTrue(
            (Integer) p.evaluate("document.documentElement.scrollWidth") <= width,
            "scrolls sideways at " + width);
        byte[] picture = p.screenshot(new Page.ScreenshotOptions().setFullPage(true));
        assertTrue(picture.length > 10_000);
        if (keep != null) {
          p.screenshot(
              new Page.ScreenshotOptions()
                  .setFullPage(true)
                  .setPath(
                      Path.of(
                          keep,
                          width
                              + "-"
                              + scheme.name().toLowerCase(java.util.Locale.ROOT)
                              + ".png")));
        }
        p.context().close();
      }
    }
  }

  @Test
  void printShowsTheFinishedTextsAndNoControls() {
    scrub("0");
    page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    assertFalse(page.locator("#play").isVisible());
    assertEquals(page.locator(".pane").count(), page.locator(".pane.done").count());
  }
}
