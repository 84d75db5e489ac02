package org.decodebench.reports.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, its first 12 hexadecimal digits: enough to tell things apart and short to read. */
final class Hashes {
  private static final int DIGITS = 12;

  private Hashes() {}

  static String of(String text) {
    return text(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Of the streams one after the other; closes none. */
  static String of(Iterable<InputStream> streams) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    for (InputStream in : streams) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return text(digest.digest());
  }

  private static String text(byte[] digest) {
    return HexFormat.of().formatHex(digest).substring(0, DIGITS);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}
