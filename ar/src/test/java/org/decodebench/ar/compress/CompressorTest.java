package org.decodebench.ar.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.decodebench.ar.ExactLikelihood;
import org.decodebench.ar.ExactLikelihood.Summary;
import org.decodebench.ar.ToyModel;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CompressorTest {
  private static final ToyModel TOY = new ToyModel("toy", 12, 5, 3, 2, 0, Double.NEGATIVE_INFINITY);

  @Test
  void anyBytesComeBack() {
    Random random = new Random(1);
    List<byte[]> files = new ArrayList<>();
    files.add(new byte[0]);
    files.add(new byte[] {0});
    files.add("abc".getBytes(StandardCharsets.UTF_8));
    files.add(text(2000, 3));
    files.add("abc\nDEF\nabcabc\n\n\u00e4\n".getBytes(StandardCharsets.UTF_8));
    for (int size : new int[] {1, 2, 100, 5000}) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      files.add(bytes);
    }
    byte[] broken = "abc\uD83D\uDE00".getBytes(StandardCharsets.UTF_8);
    files.add(Arrays.copyOf(broken, broken.length - 1));
    for (byte[] file : files) {
      assertArrayEquals(file, roundTrip(TOY, file));
    }
  }

  @Test
  void theSizeIsTheNegativeLogLikelihood() {
    byte[] text = text(6000, 4);
    int[] tokens = TOY.tokenizer().encode(new String(text, StandardCharsets.UTF_8), false);
    double bits =
        Summary.of(
                    ExactLikelihood.score(
                        TOY,
                        ExactLikelihood.windows(tokens, OptionalInt.of(0), 256, 128),
                        done -> {}))
                .nll()
            / Math.log(2);
    int size = new Compressor(TOY, done -> {}).compress(text).length;
    assertTrue(size * 8 >= bits, "smaller than its information");
    assertTrue(size * 8 <= bits * 1.01 + 8 * 24, size * 8 + " bits for " + bits);
  }

  @Test
  void randomBytesGrowLittle() {
    byte[] bytes = new byte[20_000];
    new Random(2).nextBytes(bytes);
    assertTrue(new Compressor(TOY, done -> {}).compress(bytes).length < 1.02 * bytes.length);
  }

  @Test
  void damageAndWrongModelsAreNamed() {
    byte[] file = new Compressor(TOY, done -> {}).compress(text(300, 5));
    Compressor same = new Compressor(TOY, done -> {});
    assertMessage("no file of decodebench", () -> same.decompress(new byte[] {1, 2}));
    assertMessage("damaged", () -> same.decompress(Arrays.copyOf(file, file.length - 1)));
    for (int at = 8; at < file.length; at += 7) {
      byte[] damaged = file.clone();
      damaged[at] ^= 4;
      assertMessage("damaged", () -> same.decompress(damaged));
    }
    Compressor other = new Compressor(new ToyModel("other", 12, 6), done -> {});
    assertMessage("another model", () -> other.decompress(file));
  }

  @Test
  void rangeCoderGivesSymbolsOfExtremeProbabilityBack() {
    Random random = new Random(3);
    for (int trial = 0; trial < 300; trial++) {
      int bits = 1 + random.nextInt(RangeEncoder.TOTAL_BITS);
      long total = 1L << bits;
      RangeEncoder encoder = new RangeEncoder();
      List<long[]> symbols = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        // Often at the very top of the interval, where carries and runs of 0xFF come from.
        long below =
            switch (random.nextInt(3)) {
              case 0 -> total - 1;
              case 1 -> random.nextLong(total);
              default -> 0;
            };
        long count = 1 + random.nextLong(total - below);
        symbols.add(new long[] {below, count});
        encoder.encode(below, count, bits);
      }
      RangeDecoder decoder = new RangeDecoder(encoder.finish());
      for (long[] symbol : symbols) {
        long target = decoder.target(bits);
        assertTrue(target >= symbol[0] && target < symbol[0] + symbol[1], "trial " + trial);
        decoder.take(symbol[0], symbol[1]);
      }
    }
  }

  @Test
  void aRealModelBeatsGzipOnItsOwnKindOfText() throws IOException {
    String shared = System.getenv("SHARED");
    Path data = Path.of(shared == null ? "../../shared" : shared, "data");
    Path folder = data.resolve("models/stories260K-hf");
    Assumptions.assumeTrue(Files.exists(folder), "skipped: no " + folder);
    LanguageModel model = Models.load(folder.toString(), new RuntimeOptions(1, Backend.AUTO));
    byte[] text = Arrays.copyOf(Files.readAllBytes(data.resolve("text/tinystories-20k.txt")), 3000);
    byte[] file = new Compressor(model, done -> {}).compress(text);
    assertArrayEquals(text, new Compressor(model, done -> {}).decompress(file));
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(text);
    }
    assertTrue(file.length < 0.7 * gzip.size(), file.length + " against gzip's " + gzip.size());
  }

  private static byte[] roundTrip(LanguageModel model, byte[] data) {
    byte[] file = new Compressor(model, done -> {}).compress(data);
    return new Compressor(model, done -> {}).decompress(file);
  }

  /** Letters that the toy itself would write. */
  private static byte[] text(int letters, long seed) {
    StringBuilder text = new StringBuilder();
    for (int part = 0; text.length() < letters; part++) {
      DecodeResult result =
          Decoders.create("ar:temperature=1", reference -> null)
              .decode(
                  new DecodeRequest(TOY, List.of(new Prompt(part, new int[] {0})), 200, seed),
                  DecodeListener.NONE);
      text.append(TOY.tokenizer().decode(result.sequences().getFirst().tokens()));
    }
    assertEquals(0, text.length() % 200);
    return text.substring(0, letters).getBytes(StandardCharsets.UTF_8);
  }

  private static void assertMessage(String part, Runnable action) {
    UsageException e = assertThrows(UsageException.class, action::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }
}
