package org.decodebench.reports.result;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Lines of a file, and whether the last one has its newline: without it, it was cut short. */
final class LineReader {
  private final InputStream in;
  private boolean complete = true;

  LineReader(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** The next line without its newline, or null at the end. */
  byte[] next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    int b = in.read();
    if (b < 0) {
      return null;
    }
    while (b >= 0 && b != '\n') {
      line.write(b);
      b = in.read();
    }
    complete = b == '\n';
    return line.toByteArray();
  }

  /** Whether the last line ended with a newline. */
  boolean complete() {
    return complete;
  }
}
