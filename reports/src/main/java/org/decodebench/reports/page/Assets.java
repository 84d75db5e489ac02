package org.decodebench.reports.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The page's style and script, and the policy that lets these two in and nothing else. */
final class Assets {
  private Assets() {}

  static final String STYLE = read("report.css");
  static final String SCRIPT = read("table.js") + read("replay.js");

  /**
   * Nothing may be loaded from anywhere, and only this style and this script run: text of a model
   * that got past the escaping could still do nothing.
   */
  static final String POLICY =
      "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'"
          .formatted(hash(STYLE), hash(SCRIPT));

  /** The same for a page without a script. */
  static final String STYLE_ONLY =
      "default-src 'none'; style-src '%s'; base-uri 'none'; form-action 'none'"
          .formatted(hash(STYLE));

  static String hash(String content) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource missing from the program: " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
