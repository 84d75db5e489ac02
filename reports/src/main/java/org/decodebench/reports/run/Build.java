package org.decodebench.reports.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** Which DecodeBench this is. */
public final class Build {
  private Build() {}

  /** Maven's version. */
  public static String version() {
    Properties properties = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException | NullPointerException e) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }

  /**
   * Commit of the sources that the launcher built, with {@code +changes} if files differ from it;
   * null outside a git checkout.
   */
  public static String commit() {
    String home = System.getProperty("decodebench.home", "");
    if (home.isEmpty() || !Files.exists(Path.of(home, ".git"))) {
      return null;
    }
    String commit = git(home, "rev-parse", "--short=12", "HEAD");
    if (commit == null || commit.isEmpty()) {
      return null;
    }
    String changes = git(home, "status", "--porcelain", "--untracked-files=no");
    return changes == null || changes.isEmpty() ? commit : commit + "+changes";
  }

  public static String commitOrUnknown() {
    String commit = commit();
    return commit == null ? "commit unknown" : commit;
  }

  private static String git(String home, String... arguments) {
    String[] command = new String[arguments.length + 3];
    command[0] = "git";
    command[1] = "-C";
    command[2] = home;
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? out.strip() : null;
    } catch (IOException e) {
      return null; // no git here
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
