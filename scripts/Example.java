import java.awt.Color;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.decodebench.reports.result.Environment;
import org.decodebench.reports.result.Results;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The example's README and the pictures of its page; run by {@code scripts/example.sh}. The page is
 * photographed by the system's Chromium over its debugging protocol; nothing else is needed.
 */
public final class Example {
  private static final int PAGE_WIDTH = 1000;
  private static final int PAGE_HEIGHT = 1150;
  private static final int REPLAY_WIDTH = 820;
  private static final int FRAMES = 40;
  private static final int FRAME_MS = 250;
  private static final int LAST_MS = 3000;
  private static final int COLORS = 64;

  private Example() {}

  public static void main(String[] args) throws Exception {
    Path docs = Path.of(args[1]);
    Results results = Results.read(Path.of(args[0]));
    Files.writeString(docs.resolve("example/README.md"), readme(results));
    Path page = docs.resolve("example/report.html").toAbsolutePath();
    try (Chromium chromium = new Chromium()) {
      chromium.open(page, PAGE_WIDTH, PAGE_HEIGHT);
      Files.write(
          docs.resolve("pictures/report.png"),
          chromium.png(new Rectangle(0, 0, PAGE_WIDTH, PAGE_HEIGHT)));
      chromium.open(page, REPLAY_WIDTH, PAGE_HEIGHT);
      replay(chromium, docs.resolve("pictures/replay.gif"));
    }
  }

  private static String readme(Results results) {
    Environment env = results.environment();
    Environment.Machine machine = env.machine();
    long seconds =
        Duration.between(Instant.parse(env.startedAt()), Instant.parse(env.finishedAt())).toSeconds();
    return """
        # An example report

        What `./decodebench run` leaves behind: [report.html](report.html) (one file, opens offline in any browser), the runs behind it
        ([runs.jsonl](runs.jsonl)), medians with intervals ([summary.csv](summary.csv)), the machine ([environment.json](environment.json)).
        Measured on %s on %s, %d cores (%s), Java %s, commit %s: %d forks in %.1f minutes.

        The pictures in the README are of this page. `scripts/example.sh` makes all of it from one result folder.
        """
        .formatted(
            env.startedAt().substring(0, 10),
            machine.cpu(),
            machine.physicalCores(),
            machine.os(),
            env.java().version(),
            env.commit(),
            results.records().size(),
            seconds / 60.0);
  }

  /** Frames at equal steps of the recorded time, so that every decoder keeps its pace. */
  private static void replay(Chromium chromium, Path file) throws Exception {
    JsonNode box =
        chromium.evaluate(
            """
            (() => {
              // The section without the explanation above it, which the README gives.
              for (const e of document.querySelectorAll('nav, #replay > .note, #replay .choose, #replay .tools :not(.scrub):not(.scrub *):not(#clock)')) e.remove();
              const b = document.getElementById('replay').getBoundingClientRect();
              return {y: b.y + window.scrollY, height: b.height, text: document.getElementById('clock').textContent};
            })()
            """);
    if (box.isNull()) {
      throw new IllegalStateException("the page has no replay: the result folder has no traces");
    }
    List<BufferedImage> frames = new ArrayList<>();
    Rectangle clip =
        new Rectangle(
            0,
            (int) box.get("y").asDouble(),
            REPLAY_WIDTH,
            (int) Math.ceil(box.get("height").asDouble()) + 8);
    for (int i = 0; i <= FRAMES; i++) {
      chromium.evaluate(
          """
          (() => { const s = document.getElementById('scrub'); s.value = %d; s.dispatchEvent(new Event('input')); return 1; })()
          """
              .formatted(1000 * i / FRAMES));
      frames.add(ImageIO.read(new ByteArrayInputStream(chromium.png(clip))));
    }
    writeGif(frames, file);
    String[] total = box.get("text").asString().replaceFirst(".* of ", "").split(" ");
    double ms = Double.parseDouble(total[0]) * (total[1].equals("s") ? 1000 : 1);
    System.out.printf(
        Locale.ROOT,
        "%s: %d frames, some %.0f times slower than recorded, %d KiB%n",
        file,
        frames.size(),
        FRAMES * FRAME_MS / ms,
        Files.size(file) / 1024);
  }

  /** One palette for all frames, and of each frame only what differs from the one before. */
  private static void writeGif(List<BufferedImage> frames, Path file) throws IOException {
    IndexColorModel palette = palette(frames);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    Files.deleteIfExists(file);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      BufferedImage before = null;
      for (int i = 0; i < frames.size(); i++) {
        BufferedImage frame = frames.get(i);
        Rectangle changed = before == null ? whole(frame) : difference(before, frame);
        BufferedImage part =
            new BufferedImage(
                changed.width, changed.height, BufferedImage.TYPE_BYTE_INDEXED, palette);
        paint(part, before, frame, changed);
        int delay = i == frames.size() - 1 ? LAST_MS : FRAME_MS;
        writer.writeToSequence(
            new IIOImage(part, null, metadata(writer, part, changed, delay, i == 0)), null);
        before = frame;
      }
      writer.endWriteSequence();
    }
    writer.dispose();
  }

  /** Each pixel in the palette's nearest colour; what is as before need not be said again. */
  private static void paint(
      BufferedImage part, BufferedImage before, BufferedImage frame, Rectangle at) {
    IndexColorModel palette = (IndexColorModel) part.getColorModel();
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < at.height; y++) {
      for (int x = 0; x < at.width; x++) {
        int rgb = frame.getRGB(at.x + x, at.y + y);
        boolean same = before != null && before.getRGB(at.x + x, at.y + y) == rgb;
        int index = same ? COLORS : nearest.computeIfAbsent(rgb, c -> nearest(palette, c));
        part.getRaster().setSample(x, y, 0, index);
      }
    }
  }

  private static int nearest(IndexColorModel palette, int rgb) {
    Color color = new Color(rgb);
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < COLORS; i++) {
      int red = palette.getRed(i) - color.getRed();
      int green = palette.getGreen(i) - color.getGreen();
      int blue = palette.getBlue(i) - color.getBlue();
      int distance = red * red + green * green + blue * blue;
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  private static Rectangle whole(BufferedImage image) {
    return new Rectangle(0, 0, image.getWidth(), image.getHeight());
  }

  private static Rectangle difference(BufferedImage a, BufferedImage b) {
    Rectangle changed = null;
    for (int y = 0; y < b.getHeight(); y++) {
      for (int x = 0; x < b.getWidth(); x++) {
        if (a.getRGB(x, y) != b.getRGB(x, y)) {
          Rectangle pixel = new Rectangle(x, y, 1, 1);
          changed = changed == null ? pixel : changed.union(pixel);
        }
      }
    }
    return changed == null ? new Rectangle(0, 0, 1, 1) : changed;
  }

  /** The colours that occur most; the page is flat, so these are nearly all. */
  private static IndexColorModel palette(List<BufferedImage> frames) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (BufferedImage frame : frames) {
      for (int y = 0; y < frame.getHeight(); y++) {
        for (int x = 0; x < frame.getWidth(); x++) {
          counts.merge(frame.getRGB(x, y) & 0xF8F8F8, 1, Integer::sum);
        }
      }
    }
    int[] colors =
        counts.entrySet().stream()
            .sorted(
                Map.Entry.<Integer, Integer>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(COLORS)
            .mapToInt(e -> e.getKey() == 0xF8F8F8 ? Color.WHITE.getRGB() : e.getKey() | 0xFF000000)
            .toArray();
    // After the colours the one to see through.
    return new IndexColorModel(
        8, COLORS + 1, java.util.Arrays.copyOf(colors, COLORS + 1), 0, true, COLORS, 0);
  }

  private static IIOMetadata metadata(
      ImageWriter writer, BufferedImage image, Rectangle place, int delayMs, boolean first)
      throws IOException {
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), writer.getDefaultWriteParam());
    String format = metadata.getNativeMetadataFormatName();
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(format);
    IIOMetadataNode descriptor = child(root, "ImageDescriptor");
    descriptor.setAttribute("imageLeftPosition", Integer.toString(place.x));
    descriptor.setAttribute("imageTopPosition", Integer.toString(place.y));
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "doNotDispose");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "TRUE");
    control.setAttribute("transparentColorIndex", Integer.toString(COLORS));
    control.setAttribute("delayTime", Integer.toString(delayMs / 10));
    if (first) { // again and again
      IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      loop.setUserObject(new byte[] {1, 0, 0});
      child(root, "ApplicationExtensions").appendChild(loop);
    }
    metadata.setFromTree(format, root);
    return metadata;
  }

  private static IIOMetadataNode child(IIOMetadataNode root, String name) {
    for (int i = 0; i < root.getLength(); i++) {
      if (root.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) root.item(i);
      }
    }
    IIOMetadataNode node = new IIOMetadataNode(name);
    root.appendChild(node);
    return node;
  }

  /** A browser without a window, spoken to over the DevTools protocol. */
  private static final class Chromium implements AutoCloseable, WebSocket.Listener {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path profile = Files.createTempDirectory("decodebench-chromium");
    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final StringBuilder message = new StringBuilder();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private int lastId;
    private String session;

    Chromium() throws Exception {
      String program =
          Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
              .flatMap(name ->
                  Stream.of(System.getenv("PATH").split(File.pathSeparator))
                      .map(dir -> Path.of(dir, name)))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no chromium on the PATH"))
              .toString();
      process =
          new ProcessBuilder(
                  program,
                  "--headless=new",
                  "--no-sandbox",
                  "--disable-gpu",
                  "--hide-scrollbars",
                  "--disable-background-networking",
                  "--no-first-run",
                  "--remote-debugging-port=0",
                  "--user-data-dir=" + profile)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      socket =
          http.newWebSocketBuilder().buildAsync(URI.create(address()), this).get(60, TimeUnit.SECONDS);
      String target =
          send("Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
      session =
          send("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
              .get("sessionId")
              .asString();
    }

    private String address() throws IOException {
      BufferedReader errors =
          new BufferedReader(
              new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
      String prefix = "DevTools listening on ";
      for (String line = errors.readLine(); line != null; line = errors.readLine()) {
        if (line.startsWith(prefix)) {
          Thread.ofVirtual().start(() -> errors.lines().forEach(_ -> {}));
          return line.substring(prefix.length());
        }
      }
      throw new IllegalStateException("chromium did not start");
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        JsonNode node = JSON.readTree(message.toString());
        message.setLength(0);
        if (node.has("id")) {
          waiting.remove(node.get("id").asInt()).complete(node);
        }
      }
      from.request(1);
      return null;
    }

    private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
      Map<String, Object> command = new HashMap<>();
      int id = ++lastId;
      command.put("id", id);
      command.put("method", method);
      command.put("params", parameters);
      if (session != null) {
        command.put("sessionId", session);
      }
      CompletableFuture<JsonNode> answer = new CompletableFuture<>();
      waiting.put(id, answer);
      socket.sendText(JSON.writeValueAsString(command), true).get();
      JsonNode node = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      if (node.has("error")) {
        throw new IllegalStateException(method + ": " + node.get("error"));
      }
      return node.get("result");
    }

    void open(Path page, int width, int height) throws Exception {
      send(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
      send(
          "Emulation.setEmulatedMedia",
          Map.of(
              "features",
              List.of(
                  Map.of("name", "prefers-color-scheme", "value", "light"),
                  Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
      send("Page.navigate", Map.of("url", page.toUri().toString()));
      for (int i = 0; i < 600; i++) {
        if (evaluate("document.readyState + location.protocol").asString().equals("completefile:")) {
          return;
        }
        Thread.sleep(50);
      }
      throw new IllegalStateException(page + " did not load");
    }

    JsonNode evaluate(String script) throws Exception {
      return send("Runtime.evaluate", Map.of("expression", script, "returnByValue", true))
          .get("result")
          .path("value");
    }

    byte[] png(Rectangle clip) throws Exception {
      JsonNode shot =
          send(
              "Page.captureScreenshot",
              Map.of(
                  "format",
                  "png",
                  "captureBeyondViewport",
                  true,
                  "clip",
                  Map.of(
                      "x", clip.x, "y", clip.y, "width", clip.width, "height", clip.height, "scale",
                      1)));
      return Base64.getDecoder().decode(shot.get("data").asString());
    }

    @Override
    public void close() throws Exception {
      send("Browser.close", Map.of());
      process.waitFor(20, TimeUnit.SECONDS);
      process.destroyForcibly().waitFor();
      http.close();
      try (Stream<Path> files = Files.walk(profile)) {
        files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
      }
    }
  }
}
