package org.decodebench.reports.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.reports.run.Certificates;
import org.decodebench.reports.run.GenerativePerplexity;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What certificate and judge print, on embedded models. */
class DiffusionCommandsTest {
  private static final String CACHED = "masked-diffusion:block=8,threshold=0.9,cache=dual";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private String certificate(String decoder) {
    bytes.reset();
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      new Certificates(models, out)
          .run(new Certificates.Request("tales-mdlm", decoder, "one evening the", 24, 1));
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aCacheThatIsRefreshedInEveryStepIsCertifiedExactAndAnotherIsNot() {
    String refreshed = certificate(CACHED + ",refresh=1");
    assertTrue(refreshed.contains("cache exact in this decode\n"), refreshed);
    assertTrue(refreshed.contains("\ntokens_flipped 0 of 24\n"), refreshed);
    String stale = certificate(CACHED);
    assertTrue(stale.contains("cache approximate\n"), stale);
    assertTrue(stale.contains("kl_nats_per_prediction 0.0"), stale);
    UsageException refused =
        Assertions.assertThrows(UsageException.class, () -> certificate("block-diffusion"));
    assertTrue(refused.getMessage().contains("no approximate cache"), refused.getMessage());
  }

  @Test
  void aJudgesPerplexityStandsBesideTheEntropyAtEveryTemperature() {
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      GenerativePerplexity judge = new GenerativePerplexity(models, out);
      judge.run(request("block-diffusion", List.of(0.2, 1.0)));
      List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
      assertEquals(3, lines.size(), lines.toString());
      assertTrue(lines.getFirst().contains("sample_entropy_bits"), lines.getFirst());
      double cold = Double.parseDouble(lines.get(1).strip().split(" +")[1]);
      double warm = Double.parseDouble(lines.get(2).strip().split(" +")[1]);
      assertTrue(1 <= cold && cold < warm, lines.toString());
      UsageException twice =
          Assertions.assertThrows(
              UsageException.class,
              () -> judge.run(request("block-diffusion:temperature=1", List.of(1.0))));
      assertTrue(twice.getMessage().contains("--temperatures"), twice.getMessage());
    }
  }

  @Test
  void modelAndDecoderMayBeGivenInPairs() {
    CommandLine.ParseResult parsed =
        new CommandLine(new JudgeCommand())
            .parseArgs(
                "--model=tales-ar",
                "--decoder=ar",
                "--model=tales-bd8",
                "--decoder=block-diffusion",
                "--judge=tales-ar");
    var pairs = parsed.findMatches(parsed.commandSpec().argGroups().getFirst()).getFirst();
    assertEquals(2, pairs.matches().size());
    Assertions.assertThrows(
        CommandLine.MissingParameterException.class,
        () -> new CommandLine(new JudgeCommand()).parseArgs("--judge=j", "--model=tales-ar"));
  }

  @Test
  void severalWritersShareAFigure(@TempDir Path folder) throws IOException {
    Path figure = folder.resolve("judge.svg");
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      new GenerativePerplexity(models, out)
          .run(
              request(
                  List.of(
                      new GenerativePerplexity.Writer("tales-ar", "ar"),
                      new GenerativePerplexity.Writer("tales-bd8", "block-diffusion:steps=2")),
                  List.of(0.5, 1.0),
                  figure));
    }
    String svg = Files.readString(figure);
    // Two temperatures a writer, and the key.
    assertEquals(2 * 2 + 2, svg.split("<circle", -1).length - 1);
    assertTrue(svg.contains("tales-bd8 block-diffusion:steps=2"), svg);
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("\ntales-ar ar\n"));
  }

  private static GenerativePerplexity.Request request(String decoder, List<Double> temperatures) {
    return request(
        List.of(new GenerativePerplexity.Writer("tales-bd8", decoder)), temperatures, null);
  }

  private static GenerativePerplexity.Request request(
      List<GenerativePerplexity.Writer> writers, List<Double> temperatures, Path figure) {
    return new GenerativePerplexity.Request(
        writers, "tales-ar", temperatures, "tales", 12, 6, 24, 1, figure);
  }
}
