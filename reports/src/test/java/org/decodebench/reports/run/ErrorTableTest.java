package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorTableTest {
  @TempDir private Path folder;

  private static ErrorTable table(ModelLoader models, ByteArrayOutputStream shown) {
    return new ErrorTable(
        models,
        new PrintStream(shown, true, StandardCharsets.UTF_8),
        new PrintStream(OutputStream.nullOutputStream()),
        new SpeedTurns(new WarmUp.Limits(2, 1_000, true), () -> true, System::nanoTime));
  }

  @Test
  void aRowASamplerWithItsPartsAndAFileOfThem() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Path csv = folder.resolve("errors.csv");
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      ErrorTable table = table(models, shown);
      String truth = "markov:symbols=3,zeros=0.3";
      table.run(
          new ErrorTable.Request(
              truth,
              "oracle-diffusion:markov:symbols=3,zeros=0",
              List.of("masked-diffusion:order=random", "masked-diffusion:steps=1"),
              3,
              0,
              csv,
              folder.resolve("errors.svg")));
      assertThrows(
          UsageException.class,
          () -> table.run(new ErrorTable.Request("tales", null, List.of(), 60, 0, null, null)));
      assertThrows(
          UsageException.class,
          () -> table.run(new ErrorTable.Request(truth, null, List.of("ar"), 3, 0, null, null)));
    }
    List<String> lines = Files.readAllLines(csv);
    assertEquals(3, lines.size());
    String[] exact = lines.get(1).replaceAll("\"[^\"]*\"", "x").split(",", -1);
    String[] names = lines.getFirst().split(",");
    assertEquals(names.length, exact.length);
    assertEquals("0.00000", exact[6], "one position a step has no sampler error");
    assertTrue(Double.parseDouble(exact[9]) > 0.01, "another language is a network's error");
    assertTrue(shown.toString(StandardCharsets.UTF_8).contains("steps=1"));
  }

  @Test
  void onLongTextsTheErrorOfStepsIsOfTexts() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    Path csv = folder.resolve("long.csv");
    Path figure = folder.resolve("long.svg");
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      table(models, shown)
          .run(
              new ErrorTable.Request(
                  "markov:symbols=6,zeros=0.5",
                  "oracle-diffusion:markov:symbols=6,zeros=0.5",
                  List.of(
                      "masked-diffusion:order=random,steps=1",
                      "masked-diffusion:order=random",
                      "masked-diffusion:block=8,cache=dual"),
                  16,
                  40,
                  csv,
                  figure));
    }
    List<String> lines = Files.readAllLines(csv);
    int columns = lines.getFirst().split(",").length;
    String[] once = lines.get(1).replaceAll("\"[^\"]*\"", "x").split(",", -1);
    String[] single = lines.get(2).replaceAll("\"[^\"]*\"", "x").split(",", -1);
    String[] cached = lines.get(3).replaceAll("\"[^\"]*\"", "x").split(",", -1);
    assertEquals(columns, once.length);
    assertTrue(Double.parseDouble(once[8]) > 0.9, "16 tokens at once are hardly ever possible");
    assertEquals("0.00000", single[8], "one position a step always is");
    assertEquals("0.00000", single[12]);
    assertEquals("", single[16], "no cache, no part of it");
    assertEquals("0.00000", cached[16], "an oracle's stale canvas is the canvas");
    String svg = Files.readString(figure);
    assertTrue(svg.startsWith("<svg") && svg.endsWith("</svg>\n"), svg);
  }
}
