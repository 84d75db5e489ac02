package org.decodebench.core.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digests by which the hub knows contents. */
final class Digests {
  private Digests() {}

  /** SHA-256 of a large file, Git's SHA-1 (over "blob SIZE\0" and the bytes) of a small one. */
  static String of(FileChannel channel, HubFile file) throws IOException {
    MessageDigest digest = algorithm(file.large() ? "SHA-256" : "SHA-1");
    if (!file.large()) {
      digest.update(("blob " + channel.size() + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    channel.position(0);
    while (channel.read(buffer) >= 0) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }
}
