package org.decodebench.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;

/** Brings one file into the cache: resumes, tries again, and checks size and digest. */
final class HubTransfer {
  /** Tries in a row that bring nothing. */
  private static final int MOST_TRIES = 5;

  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  private final HubHttp http;
  private final HubSettings settings;
  private final HubFile file;
  private final URI address;
  private final HubProgress progress;

  HubTransfer(HubHttp http, HubSettings settings, HubFile file, URI address, HubProgress progress) {
    this.http = http;
    this.settings = settings;
    this.file = file;
    this.address = address;
    this.progress = progress;
  }

  /**
   * @throws UsageException if the file cannot be had or is not what the hub says; what was loaded
   *     stays for the next try unless it is wrong
   */
  void run(HubCache cache) throws IOException {
    Path blob = cache.blob(file);
    if (Files.exists(blob) && Files.size(blob) == file.size()) {
      return;
    }
    Path part = cache.incomplete(file);
    Files.createDirectories(part.getParent());
    try (FileChannel channel =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock lock = lock(channel)) {
      progress.started(file.path(), file.size(), Math.min(channel.size(), file.size()));
      load(channel);
      String digest = Digests.of(channel, file);
      if (!digest.equals(file.digest())) {
        channel.truncate(0);
        throw new UsageException(
            "%s is damaged: its digest is %s, the hub says %s; try again"
                .formatted(file.path(), digest, file.digest()));
      }
      lock.release();
    }
    Files.move(part, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    progress.finished();
  }

  private FileLock lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
    } catch (OverlappingFileLockException e) {
      // said below
    }
    throw new UsageException(file.path() + " is being downloaded by another process");
  }

  private void load(FileChannel channel) throws IOException {
    int tries = 0;
    while (channel.size() != file.size()) {
      if (channel.size() > file.size()) {
        channel.truncate(0);
      }
      long before = channel.size();
      try {
        part(channel, before);
      } catch (IOException e) {
        tries = channel.size() > before ? 0 : tries + 1;
        if (e instanceof RestartException) {
          channel.truncate(0);
        }
        if (tries == MOST_TRIES) {
          throw new UsageException(
              "cannot load %s from %s: %s; run the command again to go on from %d of %d bytes"
                  .formatted(
                      file.path(),
                      settings.endpoint(),
                      e.getMessage(),
                      channel.size(),
                      file.size()),
              e);
        }
        progress.retrying(String.valueOf(e.getMessage()));
        pause(tries);
      }
    }
  }

  /** Appends what one response brings. */
  private void part(FileChannel channel, long from) throws IOException {
    HttpResponse<InputStream> response = http.get(address, from);
    try (InputStream body = response.body();
        StallGuard guard = new StallGuard(body, settings.stall())) {
      HubListing.checkStatus(response.statusCode(), address.getPath(), "file " + file.path());
      long start = start(response, from);
      channel.truncate(start);
      channel.position(start);
      byte[] buffer = new byte[1 << 16];
      long at = start;
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        guard.alive();
        at += n;
        if (at > file.size()) {
          channel.truncate(0);
          throw new UsageException(
              "the hub sends more than the %d bytes that it announced for %s"
                  .formatted(file.size(), file.path()));
        }
        ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        progress.at(at);
      }
      if (at < file.size()) {
        throw new IOException("connection closed after %d of %d bytes".formatted(at, file.size()));
      }
    }
  }

  /** Where the response's first byte belongs; a server may ignore the range that was asked for. */
  private long start(HttpResponse<InputStream> response, long from) throws IOException {
    if (response.statusCode() == 416) {
      throw new RestartException("the server refuses to resume");
    }
    if (response.statusCode() == 200) {
      long length = response.headers().firstValueAsLong("content-length").orElse(file.size());
      if (length != file.size()) {
        throw lie(length);
      }
      return 0;
    }
    Matcher range = RANGE.matcher(response.headers().firstValue("content-range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != from) {
      throw new RestartException("the server answers with another range than was asked for");
    }
    if (!range.group(3).equals("*") && Long.parseLong(range.group(3)) != file.size()) {
      throw lie(Long.parseLong(range.group(3)));
    }
    return from;
  }

  private UsageException lie(long length) {
    return new UsageException(
        "%s has %d bytes on the server where the hub lists %d"
            .formatted(file.path(), length, file.size()));
  }

  private static void pause(int tries) {
    try {
      Thread.sleep(Math.min(10_000, 100L << Math.min(tries, 10)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UsageException("interrupted", e);
    }
  }

  /** The next try has to ask for everything. */
  private static final class RestartException extends IOException {
    private static final long serialVersionUID = 1L;

    RestartException(String why) {
      super(why);
    }
  }
}
