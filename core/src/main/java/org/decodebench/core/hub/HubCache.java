package org.decodebench.core.hub;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;

/**
 * One repository in the hub's cache: {@code blobs} hold contents under their digest, {@code
 * snapshots/COMMIT} hold links with the files' names, {@code refs} say which commit a branch is.
 */
final class HubCache {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final Path root;

  /**
   * @param repository ORG/NAME
   */
  HubCache(Path cache, String repository) {
    this.root = cache.resolve("models--" + repository.replace("/", "--"));
  }

  Path blob(HubFile file) {
    return root.resolve("blobs").resolve(file.digest());
  }

  Path incomplete(HubFile file) {
    return root.resolve("blobs").resolve(file.digest() + ".incomplete");
  }

  Path snapshot(String commit) {
    return root.resolve("snapshots").resolve(commit);
  }

  /** What a branch or commit leads to without asking the hub. */
  Optional<Path> cached(String revision) throws IOException {
    String commit = revision;
    Path ref = root.resolve("refs").resolve(revision);
    if (!COMMIT.matcher(revision).matches() && Files.isRegularFile(ref)) {
      commit = Files.readString(ref).strip();
    }
    return Optional.of(commit)
        .filter(c -> COMMIT.matcher(c).matches())
        .map(this::snapshot)
        .filter(Files::isDirectory);
  }

  void writeRef(String revision, String commit) throws IOException {
    if (COMMIT.matcher(revision).matches()) {
      return;
    }
    Path ref = root.resolve("refs").resolve(revision);
    Files.createDirectories(ref.getParent());
    // Not createTempFile, whose files only the owner may read; the cache may be a shared one.
    String name = ".ref.%d-%x.part".formatted(ProcessHandle.current().pid(), System.nanoTime());
    Path part = ref.resolveSibling(name);
    Files.writeString(part, commit);
    Files.move(part, ref, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Gives a blob its name in a snapshot. */
  void link(HubFile file, String commit) throws IOException {
    Path link = snapshot(commit).resolve(file.path()).normalize();
    if (!link.startsWith(snapshot(commit))) {
      throw new UsageException("the hub lists a file outside its repository: " + file.path());
    }
    Files.createDirectories(link.getParent());
    if (Files.exists(link)) {
      return;
    }
    Files.deleteIfExists(link);
    Path target = link.getParent().relativize(blob(file));
    try {
      Files.createSymbolicLink(link, target);
    } catch (FileAlreadyExistsException e) {
      // Another process was faster.
    } catch (UnsupportedOperationException | IOException e) {
      // Windows grants links to few users; the hub's own tools copy there too.
      Files.copy(blob(file), link);
    }
  }
}
