package org.decodebench.reports.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.reports.page.MadeUpResults;
import org.decodebench.reports.result.RunRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exit codes and the one line that goes with them. */
class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          generate --model nosuch --decoder ar --prompt x                       | no model 'nosuch'
          generate --model tales-ar --decoder nosuch --prompt the               | no decoder 'nosuch'
          generate --model tales-ar --decoder ar:temperature=hot --prompt the   | temperature=hot
          generate --model tales-ar --decoder ar:nosuch=1 --prompt the          | no setting 'nosuch'
          generate --model tales-ar --decoder masked-diffusion --prompt the     | masked-diffusion
          generate --model tales-ar --prompt the --max-new-tokens 0             | --max-new-tokens 0
          generate --model tales-ar --prompt the --max-new-tokens 5000          | 96 positions
          generate --model tales-ar --prompt the --threads -3                   | --threads -3
          generate --model tales-ar --prompt xylophonist                        | xylophonist
          generate --model tales-ar                                             | --prompt
          generate --model tales-ar --prompt the --backend tornado              | backend tornado
          generate --model tales-ar --prompt the --device gpu                   | --device gpu
          perplexity --model tales-ar --text /nonexistent                       | /nonexistent
          perplexity --model tales-ar                                           | --text FILE or --source
          perplexity --model tales-ar --source nosuch                           | no source 'nosuch'
          perplexity --model tales-ar --source tales --method nosuch            | 'nosuch'
          perplexity --model tales-ar --source tales --stride 5                 | --stride
          generate --model tales-ar --prompt the --grammar a --json-schema b    | not both
          generate --model tales-ar --prompt the --n-best 3                     | ar-beam or ar-best-of
          generate --model tales-ar --prompt the --grammar /nonexistent         | /nonexistent
          detect --model tales-ar --text /nonexistent                           | /nonexistent
          detect --model tales-ar --text /nonexistent --gamma 2                 | --gamma 2
          exposure --model tales-mdlm                                           | autoregressive model
          run nosuch.yaml                                                       | nosuch.yaml
          run --threads -3                                                      | --threads -3
          run --forks 0                                                         | --forks 0
          run --backend gpu                                                     | gpu
          run --slo fast                                                        | --slo fast
          run --ci wide                                                         | --ci
          calibrate /nonexistent                                                | no results in /nonexistent
          report /nonexistent                                                   | no results in /nonexistent
          history export                                                        | see decodebench history export --help
          decoders nosuch                                                       | no decoder 'nosuch'
          inspect nosuch                                                        | no model 'nosuch'
          tokenize --model nosuch                                               | no model 'nosuch'
          tokenize                                                              | --model
          convert tales-ar /nonexistent/x.gguf --dtype Q9                       | Q9
          convert tales-ar target/x --dtype Q8_0                                | .gguf
          convert nosuch target/x.gguf --dtype Q8_0                             | no model 'nosuch'
          synthesize --shape nosuch --dtype F32 target/x.gguf                   | no shape 'nosuch'
          synthesize --shape 15M --dtype F32 --paradigm x target/x.gguf         | --paradigm x
          pull nosuch                                                           | ORG/NAME
          generate --model tales-ar --prompt the --chat                         | no chat template
          frobnicate                                                            | no command 'frobnicate'
          --frobnicate                                                          | --frobnicate
          """)
  void badInputIsOneLineAndExitCodeTwo(String line, String what) {
    int code = run(line.split(" "));

    assertEquals(Main.USAGE, code, err.toString());
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    assertTrue(lines.getFirst().startsWith("decodebench: "), lines.getFirst());
    assertTrue(lines.getFirst().contains(what), lines.getFirst());
    assertFalse(err.toString().matches("(?s).*(\\bat [a-z]+\\.|Exception).*"), err.toString());
  }

  @Test
  void verboseShowsWhereItArose() {
    assertEquals(Main.USAGE, run("decoders", "nosuch", "--verbose"));
    assertTrue(err.toString().contains("\tat org.decodebench"), err.toString());
  }

  @Test
  void aDefectIsOneLineAndExitCodeThree() {
    int code = Main.failure(new PrintWriter(err, true), false, new IllegalStateException("x\ny"));

    assertEquals(Main.INTERNAL, code);
    assertEquals(1, err.toString().lines().count());
    assertTrue(err.toString().contains("--verbose"), err.toString());
  }

  @Test
  void helpAndVersionAreShown() {
    assertEquals(Main.DONE, run("--help"));
    for (String command : List.of("run", "generate", "perplexity", "models", "report")) {
      assertTrue(out.toString().contains("  " + command + " "), command);
    }
    assertEquals(Main.DONE, run("run", "--help"));
    assertEquals(Main.DONE, run("--version"));
    assertTrue(out.toString().contains("decodebench 0."), out.toString());
  }

  @Test
  void devicesNeedNoSdk() {
    assertEquals(Main.DONE, run("devices"), err.toString());
  }

  private int run(String... args) {
    return Main.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
  }

  /** With nothing but the defaults: what CI runs. */
  @Test
  void compareFailsOnlyForWhatGotSlower(@TempDir Path temp) {
    Path before = new MadeUpResults(1).forks(4).write(temp.resolve("before"));
    Path after = temp.resolve("after");
    MadeUpResults.write(
        after,
        new MadeUpResults(1)
            .forks(4).records().stream()
                .map(r -> r.decoder().equals("ar") ? slower(r, 1.3) : r)
                .toList());

    assertEquals(Main.DONE, run("compare", before.toString(), before.toString()), err.toString());
    assertEquals(
        Main.REGRESSED, run("compare", before.toString(), after.toString()), err.toString());
    assertEquals("", err.toString());
    assertEquals(Main.DONE, run("calibrate", before.toString(), "--forks", "2"), err.toString());
  }

  @Test
  void aPlaceThatCannotBeWrittenIsOneLineAndExitCodeTwo(@TempDir Path temp) {
    Path results = new MadeUpResults(1).write(temp.resolve("results"));
    String below = results.resolve("runs.jsonl/page.html").toString();

    assertEquals(Main.USAGE, run("report", results.toString(), "-o", below));

    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains("cannot write " + below), err.toString());
  }

  private static RunRecord slower(RunRecord r, double factor) {
    Map<String, Double> figures = new LinkedHashMap<>(r.figures());
    figures.replaceAll((name, value) -> name.endsWith("_ms") ? value * factor : value);
    return MadeUpResults.with(r, figures);
  }
}
