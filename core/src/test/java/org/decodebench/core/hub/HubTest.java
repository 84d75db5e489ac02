package org.decodebench.core.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.decodebench.core.UsageException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on the loopback that behaves as badly as real ones do. */
@Timeout(60)
class HubTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir Path cache;
  private HttpServer server;
  private HttpServer storage;
  private ExecutorService threads;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Integer> listedSizes = new ConcurrentHashMap<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final Map<String, String> seenTokens = new ConcurrentHashMap<>();

  /** What the storage does with a request for bytes. */
  private volatile Behaviour behaviour = Behaviour.GOOD;

  private enum Behaviour {
    GOOD,
    DROPS,
    IGNORES_RANGES,
    REFUSES_RANGES,
    SENDS_MORE,
    CORRUPTS,
    STALLS_ONCE,
    WRONG_LENGTH,
    ALWAYS_DROPS_AT_ONCE
  }

  @BeforeEach
  void start() throws Exception {
    files.put("config.json", "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
    byte[] weights = new byte[300_000];
    new Random(1).nextBytes(weights);
    files.put("model.safetensors", weights);
    files.put("pytorch_model.bin", new byte[10]);
    files.put("onnx/config.json", "{}".getBytes(StandardCharsets.UTF_8));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server = serve();
    server.createContext("/", this::hub);
    storage = serve();
    storage.createContext("/", this::store);
  }

  private HttpServer serve() throws IOException {
    HttpServer s = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    s.setExecutor(threads);
    s.start();
    return s;
  }

  @AfterEach
  void stop() {
    server.stop(0);
    storage.stop(0);
    threads.shutdownNow();
  }

  @Test
  void filesLandInTheCachesLayoutAndAreNotLoadedTwice() throws Exception {
    Path snapshot = pull();
    assertEquals(cache.resolve("models--org--name/snapshots/" + COMMIT), snapshot);
    assertArrayEquals(
        files.get("config.json"), Files.readAllBytes(snapshot.resolve("config.json")));
    assertTrue(Files.isSymbolicLink(snapshot.resolve("model.safetensors")));
    assertTrue(Files.exists(cache.resolve("models--org--name/blobs/" + sha256())));
    assertEquals(COMMIT, Files.readString(cache.resolve("models--org--name/refs/main")));
    assertFalse(Files.exists(snapshot.resolve("pytorch_model.bin")));
    assertFalse(Files.exists(snapshot.resolve("onnx")));
    int before = requests.get();
    assertEquals(snapshot, pull());
    assertEquals(before, requests.get(), "bytes were asked for again");
  }

  @Test
  void theTokenGoesToTheHubButNotToTheStorage() {
    pull();
    assertEquals("Bearer secret", seenTokens.get("hub"));
    assertEquals("none", seenTokens.get("storage"));
  }

  @Test
  void droppedConnectionsAreTakenUpAgainWhereTheyBroke() throws Exception {
    behaviour = Behaviour.DROPS;
    assertWhole(pull());
    assertTrue(requests.get() >= 4, requests + " requests");
  }

  @Test
  void aKilledDownloadGoesOnFromWhatIsThere() throws Exception {
    Path blobs = Files.createDirectories(cache.resolve("models--org--name/blobs"));
    byte[] half = java.util.Arrays.copyOf(files.get("model.safetensors"), 150_000);
    Files.write(blobs.resolve(sha256() + ".incomplete"), half);
    long[] present = new long[1];
    HubProgress watch =
        new HubProgress() {
          @Override
          public void started(String file, long size, long already) {
            if (file.equals("model.safetensors")) {
              present[0] = already;
            }
          }
        };
    assertWhole(new Hub(settings(false), watch).pull("org/name", "main", List.of()));
    assertEquals(150_000, present[0]);
  }

  @Test
  void serversWithoutRangesStartAgain() throws Exception {
    for (Behaviour b : List.of(Behaviour.IGNORES_RANGES, Behaviour.REFUSES_RANGES)) {
      behaviour = b;
      Path blobs = Files.createDirectories(cache.resolve("models--org--name/blobs"));
      Files.deleteIfExists(blobs.resolve(sha256()));
      Files.write(blobs.resolve(sha256() + ".incomplete"), new byte[1000]);
      assertWhole(pull());
    }
  }

  @Test
  void aSilentServerIsLeftAndAskedAgain() throws Exception {
    behaviour = Behaviour.STALLS_ONCE;
    assertWhole(pull());
  }

  @Test
  void damagedBytesAreNeverGivenTheirName() {
    behaviour = Behaviour.CORRUPTS;
    assertFails("digest");
    assertFalse(Files.exists(cache.resolve("models--org--name/blobs/" + sha256())));
    behaviour = Behaviour.GOOD;
    pull();
  }

  @Test
  void liesAboutSizesAreToldApart() {
    behaviour = Behaviour.WRONG_LENGTH;
    assertFails("bytes on the server");
    behaviour = Behaviour.GOOD;
    listedSizes.put("model.safetensors", 299_999);
    assertFails("bytes on the server");
    listedSizes.clear();
    behaviour = Behaviour.SENDS_MORE;
    assertFails("sends more");
  }

  @Test
  void aServerThatKeepsDroppingIsGivenUpWithWhatToDo() {
    behaviour = Behaviour.ALWAYS_DROPS_AT_ONCE;
    assertFails("run the command again");
  }

  @Test
  void unsafeNamesAndUnknownModelsAreRefused() {
    files.put("../../evil.json", new byte[1]);
    assertFails("unsafe name");
    files.remove("../../evil.json");
    assertTrue(
        assertThrows(UsageException.class, () -> hub().pull("org/none", "main", List.of()))
            .getMessage()
            .contains("no revision main of model org/none"));
    assertThrows(UsageException.class, () -> hub().pull("../x", "main", List.of()));
    assertThrows(UsageException.class, () -> hub().pull("org/name", "../x", List.of()));
    assertThrows(UsageException.class, () -> hub().pull("org/name", "main", List.of("[")));
  }

  @Test
  void offlineOnlyTheCacheIsAsked() {
    Hub offline = new Hub(settings(true), HubProgress.NONE);
    assertTrue(
        assertThrows(UsageException.class, () -> offline.pull("org/name", "main", List.of()))
            .getMessage()
            .contains("HF_HUB_OFFLINE"));
    Path snapshot = pull();
    stop();
    assertEquals(snapshot, offline.pull("org/name", "main", List.of()));
  }

  @Test
  void oneOfSeveralGgufFilesHasToBeChosen() {
    files.remove("model.safetensors");
    files.put("a-Q4_K_M.gguf", new byte[] {1});
    files.put("a-Q8_0.gguf", new byte[] {2});
    assertFails("--include");
    Path snapshot = hub().pull("org/name", "main", List.of("*Q8_0.gguf"));
    assertTrue(Files.exists(snapshot.resolve("a-Q8_0.gguf")));
    assertFalse(Files.exists(snapshot.resolve("a-Q4_K_M.gguf")));
  }

  @Test
  void settingsFollowTheHubsVariables() {
    HubSettings s =
        HubSettings.of(
            Map.of(
                "HF_HOME", "/h", "HF_ENDPOINT", "https://mirror.example/", "HF_HUB_OFFLINE", "1"));
    assertEquals(Path.of("/h/hub"), s.cache());
    assertEquals(URI.create("https://mirror.example"), s.endpoint());
    assertTrue(s.offline());
    assertEquals(Path.of("/c"), HubSettings.of(Map.of("HF_HUB_CACHE", "/c")).cache());
    assertThrows(UsageException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT", "nonsense")));
  }

  private Hub hub() {
    return new Hub(settings(false), HubProgress.NONE);
  }

  private Path pull() {
    return hub().pull("org/name", "main", List.of());
  }

  private HubSettings settings(boolean offline) {
    URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new HubSettings(endpoint, cache, Optional.of("secret"), offline, Duration.ofSeconds(20));
  }

  private void assertWhole(Path snapshot) throws IOException {
    assertArrayEquals(
        files.get("model.safetensors"), Files.readAllBytes(snapshot.resolve("model.safetensors")));
  }

  private void assertFails(String expected) {
    UsageException e = assertThrows(UsageException.class, this::pull);
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  private String sha256() {
    return digest("SHA-256", files.get("model.safetensors"));
  }

  private static String digest(String algorithm, byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void hub(HttpExchange exchange) throws IOException {
    seenTokens.put("hub", token(exchange));
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/api/models/org/name/revision/main")) {
      answer(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith("/org/name/resolve/" + COMMIT + "/")) {
      String file = path.substring(("/org/name/resolve/" + COMMIT).length());
      exchange
          .getResponseHeaders()
          .set("Location", "http://127.0.0.1:" + storage.getAddress().getPort() + file);
      answer(exchange, 302, new byte[0]);
    } else {
      answer(exchange, 404, new byte[0]);
    }
  }

  private String listing() {
    StringBuilder json = new StringBuilder("{\"sha\":\"" + COMMIT + "\",\"siblings\":[");
    files.forEach((name, bytes) -> {
      int size = listedSizes.getOrDefault(name, bytes.length);
      byte[] blob = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
      byte[] all = java.util.Arrays.copyOf(blob, blob.length + bytes.length);
      System.arraycopy(bytes, 0, all, blob.length, bytes.length);
      json.append(
          "{\"rfilename\":\"%s\",\"size\":%d,\"blobId\":\"%s\"%s},"
              .formatted(
                  name,
                  size,
                  digest("SHA-1", all),
                  name.endsWith("tensors") || name.endsWith("gguf")
                      ? ",\"lfs\":{\"sha256\":\"" + digest("SHA-256", bytes) + "\"}"
                      : ""));
    });
    json.setLength(json.length() - 1);
    return json + "]}";
  }

  private void store(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    seenTokens.put("storage", token(exchange));
    byte[] bytes = files.get(exchange.getRequestURI().getPath().substring(1));
    boolean large = bytes.length > 1000;
    Behaviour now = large ? behaviour : Behaviour.GOOD;
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (now == Behaviour.REFUSES_RANGES && from > 0) {
      answer(exchange, 416, new byte[0]);
      return;
    }
    if (now == Behaviour.IGNORES_RANGES) {
      from = 0;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length);
    }
    byte[] out = java.util.Arrays.copyOfRange(bytes, from, bytes.length);
    if (now == Behaviour.CORRUPTS) {
      out[out.length / 2] ^= 1;
    }
    int status = from > 0 ? 206 : 200;
    switch (now) {
      case WRONG_LENGTH -> answer(exchange, status, java.util.Arrays.copyOf(out, out.length - 5));
      case SENDS_MORE -> {
        // A length of 0 means chunks: no length is announced.
        exchange.sendResponseHeaders(status, 0);
        try (OutputStream body = exchange.getResponseBody()) {
          body.write(out);
          body.write(new byte[100]);
        }
      }
      case DROPS, ALWAYS_DROPS_AT_ONCE, STALLS_ONCE -> cutShort(exchange, status, out, now);
      default -> answer(exchange, status, out);
    }
  }

  private void cutShort(HttpExchange exchange, int status, byte[] out, Behaviour now)
      throws IOException {
    exchange.sendResponseHeaders(status, out.length);
    int sent = now == Behaviour.ALWAYS_DROPS_AT_ONCE ? 0 : Math.min(out.length, 90_000);
    exchange.getResponseBody().write(out, 0, sent);
    exchange.getResponseBody().flush();
    if (now == Behaviour.STALLS_ONCE) {
      behaviour = Behaviour.GOOD;
      try {
        Thread.sleep(10_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    exchange.close();
  }

  private static String token(HttpExchange exchange) {
    String token = exchange.getRequestHeaders().getFirst("Authorization");
    return token == null ? "none" : token;
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
