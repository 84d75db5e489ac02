package org.decodebench.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files: whatever is done to a file, loading it, tokenizing and one forward either work or
 * end in one {@link UsageException} of one line. {@code -Ddecodebench.mutations=N} does N times as
 * many.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class MutationTest {
  private static final int TIMES = Integer.getInteger("decodebench.mutations", 1);
  private static final long MOST_MEMORY = 400L << 20;
  private static final double MOST_SECONDS = 10;
  private static final RuntimeOptions OPTIONS = new RuntimeOptions(1, Backend.SCALAR);

  private static final String[] JSON = {
    "null",
    "true",
    "-1",
    "0",
    "1e300",
    "1e999",
    "NaN",
    "4294967296",
    "99999999999999999999",
    "\"\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "\"(\"",
    "{\"type\":\"Nmt\"}",
    "\"F64\"",
    "\"Q4_0\"",
    "[1,2,3,4,5,6,7,8,9]",
    "[9223372036854775807,2]",
    "[0,18446744073709551615]",
    "2147483647",
    "0.5",
    "\"\\n\"",
    "[".repeat(3000)
  };

  @TempDir Path folder;

  /** How files fared. */
  private record Count(int loaded, int refused) {}

  /** Loads what was damaged. */
  private interface Load {
    void run() throws Exception;
  }

  @Test
  void damagedGgufFiles() throws Exception {
    Path file = folder.resolve("tiny.gguf");
    TinyModels.writeGguf(file);
    use(file);
    byte[] good = Files.readAllBytes(file);
    Count count = mutate(11, 10_000 * TIMES, file, r -> binary(good, r, 1400), () -> use(file));
    assertBoth(count);
  }

  @Test
  void damagedSafetensorsFiles() throws Exception {
    TinyModels.writeFolder(folder);
    use(folder);
    Path file = folder.resolve("model.safetensors");
    byte[] good = Files.readAllBytes(file);
    int header = 8 + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    Count count =
        mutate(
            22,
            7_000 * TIMES,
            file,
            r -> r.nextInt(3) == 0 ? binary(good, r, header) : headerText(good, header, r),
            // Its own tokenizer is native code and not what is tested here.
            () -> readAll(file));
    assertBoth(count);
  }

  @Test
  void damagedConfigurations() throws Exception {
    TinyModels.writeFolder(folder);
    Path file = folder.resolve("config.json");
    byte[] good = Files.readAllBytes(file);
    Count count =
        mutate(33, 1_000 * TIMES, file, r -> text(good, 0, good.length, r), () -> use(folder));
    assertBoth(count);
  }

  @Test
  void damagedTokenizers() throws Exception {
    TinyModels.writeFolder(folder);
    Path file = folder.resolve("tokenizer.json");
    byte[] good = Files.readAllBytes(file);
    Count count =
        mutate(
            44,
            2_500 * TIMES,
            file,
            r -> text(good, 0, good.length, r),
            () -> tokenize(JsonTokenizers.of(folder)));
    assertBoth(count);
  }

  /** A published file too, in its parts that are read first. */
  @Test
  void damagedRealFiles() throws Exception {
    byte[] good = Files.readAllBytes(SharedData.path("models/stories260K.gguf"));
    Path file = folder.resolve("real.gguf");
    Count count = mutate(55, 100 * TIMES, file, r -> binary(good, r, 16_000), () -> use(file));
    assertBoth(count);
  }

  private static void assertBoth(Count count) {
    assertTrue(count.loaded > 0 && count.refused > 0, "one-sided: " + count);
  }

  private static void use(Path path) {
    try (LanguageModel model = Models.load(path.toString(), OPTIONS)) {
      int[] ids = tokenize(model.tokenizer());
      if (ids.length > 0 && model.config().contextLength() >= 2) {
        int[] two = {ids[0], ids[ids.length - 1]};
        model.open(2, 1).forward(two, 0, Attention.CAUSAL, Run.all(2));
      }
    }
  }

  private static int[] tokenize(Tokenizer tokenizer) {
    int[] ids = tokenizer.encode("ab  c\n漢</s>xy 12", true);
    tokenizer.encode("a</s>", false);
    tokenizer.decode(ids);
    Arrays.stream(ids).forEach(tokenizer::piece);
    return ids;
  }

  private static void readAll(Path file) {
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      for (String name : opened.names()) {
        opened.tensor(name).onHeap();
      }
    }
  }

  private interface Mutation {
    byte[] of(Random random);
  }

  private static Count mutate(long seed, int times, Path file, Mutation mutation, Load load)
      throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int loaded = 0;
    int refused = 0;
    for (int i = 0; i < times; i++) {
      byte[] bad = mutation.of(new Random(seed * 1_000_003 + i));
      Files.write(file, bad);
      String which = "mutation %d of seed %d".formatted(i, seed);
      long allocated = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        load.run();
        loaded++;
      } catch (UsageException e) {
        refused++;
        assertEquals(1, e.getMessage().lines().count(), which + ": " + e.getMessage());
      } catch (Exception | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(which, e);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      assertTrue(seconds < MOST_SECONDS, which + " took " + seconds + " s");
      long memory = threads.getCurrentThreadAllocatedBytes() - allocated;
      assertTrue(memory < MOST_MEMORY, which + " took " + memory + " bytes");
    }
    return new Count(loaded, refused);
  }

  private static byte[] binary(byte[] good, Random r, int header) {
    byte[] b = good.clone();
    ByteBuffer fields = ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
    int at = r.nextInt(header - 8);
    switch (r.nextInt(9)) {
      case 0 -> {
        return Arrays.copyOf(b, r.nextInt(b.length));
      }
      case 1 -> {
        for (int n = 1 + r.nextInt(8); n > 0; n--) {
          b[r.nextInt(header)] = (byte) r.nextInt(256);
        }
      }
      case 2 -> fields.putLong(at, r.nextLong());
      case 3 -> fields.putLong(at, 1L << r.nextInt(64));
      case 4 -> fields.putInt(at, r.nextInt(40));
      case 5 -> fields.putLong(at, fields.getLong(at) + r.nextInt(65) - 32);
      case 6 -> {
        int n = Math.min(1 + r.nextInt(64), b.length - at);
        byte[] shorter = Arrays.copyOf(b, b.length - n);
        System.arraycopy(b, at + n, shorter, at, b.length - at - n);
        return shorter;
      }
      case 7 -> System.arraycopy(good, r.nextInt(header - 64), b, r.nextInt(header - 64), 64);
      default -> {
        // Non-finite values where tensors are.
        int tensor = header + r.nextInt(b.length - header - 4);
        fields.putInt(tensor, r.nextBoolean() ? 0x7FC00000 : 0xFF800000);
        b[r.nextInt(header)] ^= (byte) (1 << r.nextInt(8));
      }
    }
    return b;
  }

  /** Damages the JSON header and keeps its length right, so that the reader gets to see it. */
  private static byte[] headerText(byte[] good, int header, Random r) {
    byte[] b = text(good, 8, header, r);
    int grown = b.length - good.length;
    ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header - 8 + grown);
    return b;
  }

  /** Replaces a piece of a text, often a whole value. */
  private static byte[] text(byte[] good, int from, int to, Random r) {
    String all = new String(good, StandardCharsets.ISO_8859_1);
    int start = from + r.nextInt(to - from);
    int end = Math.min(to, start + r.nextInt(6));
    String replacement = JSON[r.nextInt(JSON.length)];
    if (r.nextInt(4) > 0) {
      // Grow the piece to the value that it lies in.
      while (start > from && ":,[".indexOf(all.charAt(start - 1)) < 0) {
        start--;
      }
      end = start;
      while (end < to && ",]}".indexOf(all.charAt(end)) < 0) {
        end++;
      }
      if (r.nextInt(3) == 0) {
        replacement = Long.toString(r.nextInt(3) == 0 ? r.nextLong() : r.nextInt(40) - 2);
      }
    } else if (r.nextInt(5) == 0) {
      return Arrays.copyOf(good, start);
    }
    return (all.substring(0, start) + replacement + all.substring(end))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
