package org.decodebench.core.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;

/** Downloads models from the Hugging Face hub or a mirror of it. */
public final class Hub {
  private static final Pattern REPOSITORY = Pattern.compile("[\\w.-]{1,96}/[\\w.-]{1,96}");
  private static final Pattern REVISION = Pattern.compile("(?!.*\\.\\.)[\\w][\\w./-]{0,200}");

  /** What a model folder needs; weights in other formats stay where they are. */
  private static final List<String> USUAL =
      List.of("*.json", "*.safetensors", "*.jinja", "tokenizer.model");

  private final HubSettings settings;
  private final HubProgress progress;

  public Hub(HubSettings settings, HubProgress progress) {
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Brings a model into the cache; files that are there already are not loaded again.
   *
   * @param repository ORG/NAME
   * @param revision branch, tag or commit
   * @param include patterns of file names, such as {@code *Q4_K_M.gguf}; none for what a model
   *     folder needs
   * @return the snapshot's folder, which {@code --model} takes
   * @throws UsageException with what to do
   */
  public Path pull(String repository, String revision, List<String> include) {
    if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
      throw new UsageException("'" + repository + "' is no model of the hub; give ORG/NAME");
    }
    if (!REVISION.matcher(revision).matches()) {
      throw new UsageException("'" + revision + "' is no branch, tag or commit");
    }
    HubCache cache = new HubCache(settings.cache(), repository);
    try {
      return settings.offline()
          ? offline(cache, repository, revision)
          : online(cache, repository, revision, include);
    } catch (IOException e) {
      throw new UsageException(
          "cannot get %s from %s: %s"
              .formatted(
                  repository,
                  settings.endpoint(),
                  e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
          e);
    }
  }

  private Path offline(HubCache cache, String repository, String revision) throws IOException {
    return cache
        .cached(revision)
        .orElseThrow(() ->
            new UsageException(
                "%s at %s is not in the cache %s, and HF_HUB_OFFLINE is set"
                    .formatted(repository, revision, settings.cache())));
  }

  private Path online(HubCache cache, String repository, String revision, List<String> include)
      throws IOException {
    try (HubHttp http = new HubHttp(settings)) {
      HubListing listing = HubListing.fetch(http, settings, repository, revision);
      for (HubFile file : chosen(listing, repository, include)) {
        URI address =
            URI.create(
                "%s/%s/resolve/%s/%s"
                    .formatted(
                        settings.endpoint(), repository, listing.commit(), encoded(file.path())));
        new HubTransfer(http, settings, file, address, progress).run(cache);
        cache.link(file, listing.commit());
      }
      cache.writeRef(revision, listing.commit());
      return cache.snapshot(listing.commit());
    }
  }

  private static List<HubFile> chosen(HubListing listing, String repository, List<String> include) {
    List<HubFile> files = matching(listing, include.isEmpty() ? USUAL : include);
    List<HubFile> gguf = matching(listing, List.of("*.gguf"));
    boolean weights = files.stream().anyMatch(f -> f.path().endsWith(".safetensors"));
    if (include.isEmpty() && !weights && gguf.size() == 1) {
      return gguf;
    }
    if (include.isEmpty() && !weights && !gguf.isEmpty()) {
      throw new UsageException(
          "%s holds several GGUF files; choose with --include: %s"
              .formatted(
                  repository, gguf.stream().map(HubFile::path).collect(Collectors.joining(", "))));
    }
    if (files.isEmpty()) {
      throw new UsageException(
          "%s has no file that matches; it has: %s"
              .formatted(
                  repository,
                  listing.files().stream()
                      .map(HubFile::path)
                      .limit(20)
                      .collect(Collectors.joining(", "))));
    }
    return files;
  }

  /** A pattern with a slash is for the whole path, one of the user's without for any folder. */
  private static List<HubFile> matching(HubListing listing, List<String> patterns) {
    List<PathMatcher> matchers = patterns.stream().map(Hub::matcher).toList();
    return listing.files().stream()
        .filter(file -> matchers.stream().anyMatch(m -> m.matches(Path.of(file.path()))))
        .toList();
  }

  private static PathMatcher matcher(String pattern) {
    try {
      PathMatcher glob = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
      boolean topLevel = USUAL.contains(pattern) || pattern.contains("/");
      return topLevel ? glob : path -> glob.matches(path.getFileName());
    } catch (PatternSyntaxException e) {
      throw new UsageException("'" + pattern + "' is no pattern of file names", e);
    }
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/"))
        .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
        .collect(Collectors.joining("/"));
  }
}
