package org.decodebench.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the hub says of a repository at a revision.
 *
 * @param commit forty hexadecimal digits
 */
record HubListing(String commit, List<HubFile> files) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final long LONGEST = 1 << 26;
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  /** Names that stay inside the snapshot's folder on every system. */
  private static final Pattern SAFE =
      Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[^/\\\\:\\x00-\\x1f][^\\\\:\\x00-\\x1f]*");

  /**
   * @throws IOException if the hub cannot be reached; worth another try
   * @throws UsageException if there is no such repository or it may not be read
   */
  static HubListing fetch(HubHttp http, HubSettings settings, String repository, String revision)
      throws IOException {
    URI uri =
        URI.create(
            "%s/api/models/%s/revision/%s?blobs=true"
                .formatted(settings.endpoint(), repository, revision.replace("/", "%2F")));
    HttpResponse<InputStream> response = http.get(uri, 0);
    try (InputStream body = response.body()) {
      checkStatus(response.statusCode(), repository, "revision " + revision);
      byte[] json = body.readNBytes((int) LONGEST);
      return parse(MAPPER.readTree(json), repository);
    } catch (JacksonException e) {
      throw new UsageException(uri + " answers with no valid JSON: is HF_ENDPOINT a hub?", e);
    }
  }

  static void checkStatus(int status, String repository, String what) throws IOException {
    switch (status) {
      case 200, 206, 416 -> {}
      case 401, 403 ->
          throw new UsageException(
              "the hub refuses %s (%d): no such model, or it needs a token; set HF_TOKEN after accepting its terms"
                  .formatted(repository, status));
      case 404 ->
          throw new UsageException("the hub has no %s of model %s".formatted(what, repository));
      default -> throw new IOException("the hub answers " + status);
    }
  }

  private static HubListing parse(JsonNode json, String repository) {
    String commit = json.path("sha").asString("");
    if (!COMMIT.matcher(commit).matches()) {
      throw new UsageException("the hub names no commit of " + repository);
    }
    List<HubFile> files = new ArrayList<>();
    for (JsonNode sibling : json.path("siblings")) {
      String path = sibling.path("rfilename").asString("");
      JsonNode lfs = sibling.path("lfs");
      String digest =
          lfs.isObject() ? lfs.path("sha256").asString("") : sibling.path("blobId").asString("");
      long size = sibling.path("size").asLong(-1);
      if (!SAFE.matcher(path).matches()) {
        throw new UsageException(
            "the hub lists a file of %s with an unsafe name".formatted(repository));
      }
      if (size < 0 || !DIGEST.matcher(digest).matches()) {
        throw new UsageException(
            "the hub gives no size or digest of %s in %s".formatted(path, repository));
      }
      files.add(new HubFile(path, size, digest));
    }
    return new HubListing(commit, List.copyOf(files));
  }
}
