package org.decodebench.core.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.decodebench.core.UsageException;

/**
 * Where the hub is and where its files are kept, from the environment variables that the hub's own
 * tools read.
 *
 * @param endpoint {@code HF_ENDPOINT}, or the public hub
 * @param cache {@code HF_HUB_CACHE}, {@code HF_HOME/hub} or {@code ~/.cache/huggingface/hub}
 * @param token {@code HF_TOKEN}, or the file that {@code hf auth login} writes
 * @param offline {@code HF_HUB_OFFLINE}: only what is in the cache
 * @param stall a transfer that brings nothing for so long is broken off and taken up again
 */
public record HubSettings(
    URI endpoint, Path cache, Optional<String> token, boolean offline, Duration stall) {

  private static final Duration STALL = Duration.ofSeconds(60);

  /**
   * @param environment as {@link System#getenv()}
   * @throws UsageException if the endpoint is no address
   */
  public static HubSettings of(Map<String, String> environment) {
    Path user = Path.of(System.getProperty("user.home"), ".cache");
    Path home =
        path(environment, "HF_HOME")
            .orElseGet(
                () -> path(environment, "XDG_CACHE_HOME").orElse(user).resolve("huggingface"));
    return new HubSettings(
        endpoint(value(environment, "HF_ENDPOINT").orElse("https://huggingface.co")),
        path(environment, "HF_HUB_CACHE").orElseGet(() -> home.resolve("hub")),
        token(environment, home),
        value(environment, "HF_HUB_OFFLINE").filter(HubSettings::truth).isPresent(),
        STALL);
  }

  private static URI endpoint(String text) {
    try {
      URI uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new UsageException("HF_ENDPOINT=" + text + " is no http or https address");
  }

  private static Optional<String> token(Map<String, String> environment, Path home) {
    Optional<String> given =
        value(environment, "HF_TOKEN").or(() -> value(environment, "HUGGING_FACE_HUB_TOKEN"));
    if (given.isPresent()) {
      return given;
    }
    Path file = path(environment, "HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file).strip()).filter(t -> !t.isEmpty())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean truth(String value) {
    return switch (value.toLowerCase(java.util.Locale.ROOT)) {
      case "1", "true", "yes", "on" -> true;
      default -> false;
    };
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    return value(environment, name).map(Path::of);
  }

  private static Optional<String> value(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }
}
