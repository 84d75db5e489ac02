package org.decodebench.reports.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The system's Chromium, driven by the system's Node.js; nothing is downloaded. */
final class SystemBrowser implements AutoCloseable {
  private static final String[] CHROMIUM = {
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
  };
  private static final String[] NODE = {"node", "nodejs"};

  private final Playwright playwright;
  private final Browser browser;

  private SystemBrowser(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** What is not there, and how to get it; empty if nothing is missing. */
  static Optional<String> missing() {
    if (onPath(CHROMIUM).isEmpty()) {
      return Optional.of("no chromium on the PATH (apt-get install chromium)");
    }
    return onPath(NODE).isEmpty()
        ? Optional.of("no node on the PATH (apt-get install nodejs)")
        : Optional.empty();
  }

  /**
   * @throws java.util.NoSuchElementException if something is {@link #missing}
   */
  static SystemBrowser start() {
    Map<String, String> env = new HashMap<>();
    env.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    env.put("PLAYWRIGHT_NODEJS_PATH", onPath(NODE).orElseThrow().toString());
    Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(env));
    Browser browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(onPath(CHROMIUM).orElseThrow())
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--no-first-run")));
    return new SystemBrowser(playwright, browser);
  }

  private static Optional<Path> onPath(String... names) {
    return Stream.of(names)
        .flatMap(name ->
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(d -> Path.of(d, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** An empty page in a context of its own. */
  Page page(int width, int height, ColorScheme scheme) {
    return browser
        .newContext(
            new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme))
        .newPage();
  }

  @Override
  public void close() {
    playwright.close();
  }
}
