package org.decodebench.core.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.decodebench.core.UsageException;

/**
 * Requests to the hub. Redirects are followed here, because the token must not go along to the
 * other host that stores large files.
 */
final class HubHttp implements AutoCloseable {
  private static final int MOST_REDIRECTS = 5;

  private final HubSettings settings;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(30))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  HubHttp(HubSettings settings) {
    this.settings = settings;
  }

  /**
   * A response with its body still to be read.
   *
   * @param from first byte wanted; 0 for all of it
   * @throws IOException if the server cannot be reached
   */
  HttpResponse<InputStream> get(URI address, long from) throws IOException {
    URI uri = address;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<InputStream> response = send(uri, from);
      if (response.statusCode() / 100 != 3) {
        return response;
      }
      response.body().close();
      URI here = uri;
      uri =
          response
              .headers()
              .firstValue("location")
              .map(here::resolve)
              .orElseThrow(() -> new IOException("redirect without an address from " + here));
      if (here.getScheme().equals("https") && !"https".equals(uri.getScheme())) {
        throw new UsageException("the hub redirects from https to " + uri);
      }
    }
    throw new IOException("more than " + MOST_REDIRECTS + " redirects from " + address);
  }

  private HttpResponse<InputStream> send(URI uri, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(settings.stall()).header("user-agent", "decodebench");
    if (from > 0) {
      request.header("range", "bytes=" + from + "-");
    }
    if (sameHost(uri)) {
      settings.token().ifPresent(token -> request.header("authorization", "Bearer " + token));
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UsageException("interrupted", e);
    } catch (IllegalArgumentException e) {
      throw new IOException("bad address or token: " + e.getMessage(), e);
    }
  }

  private boolean sameHost(URI uri) {
    URI hub = settings.endpoint();
    return hub.getHost().equalsIgnoreCase(uri.getHost())
        && hub.getPort() == uri.getPort()
        && hub.getScheme().equals(uri.getScheme());
  }

  @Override
  public void close() {
    // close() would wait for a stalled transfer.
    client.shutdownNow();
  }
}
