package org.decodebench.reports.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.decodebench.core.UsageException;
import org.decodebench.reports.experiment.Experiment.Setting;
import org.decodebench.reports.result.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ExperimentReaderTest {
  @TempDir Path folder;

  @Test
  void gridsAndListsAreCrossed() {
    Experiment e =
        read(
            """
            name: grid
            threads: [1, 2]
            runs:
              - models: [a, b]
                decoder: speculative:draft=d
                grid: {k: [2, 4], temperature: 1}
              - model: c
                decoders: [ar, masked-diffusion]
            """);

    List<String> decoders = e.settings().stream().map(Setting::decoder).distinct().toList();
    assertEquals(
        List.of(
            "speculative:draft=d,k=2,temperature=1",
            "speculative:draft=d,k=4,temperature=1",
            "ar",
            "masked-diffusion"),
        decoders);
    assertEquals(2 * 2 * 2 + 2 * 2, e.settings().size());
  }

  @Test
  void everythingThatIsWrittenIsRead() {
    Experiment e =
        read(
            """
            name: all
            seed: 7
            forks: 5
            order: shuffled
            runs: [{model: m, decoder: ar}]
            prompts: {source: tales, count: 3, tokens: 9}
            max_new_tokens: 40
            batch: 4
            threads: 2
            backend: scalar
            warm_up: {rounds: 2, time: 500ms, until_stationary: false}
            measure: {rounds: 6, time: 1m}
            perplexity: false
            baseline: m ar
            time_limit: 90
            time_budget: 1h
            ci: 2%
            max_forks: 9
            slo: {ttft: 200ms}
            jvm_flags: -Xmx1g
            traces: 1
            """);

    assertEquals(
        new Setting("m", "ar", 40, 4, 2, "scalar", "test.yaml:5:28"), e.settings().getFirst());
    assertEquals(new Experiment.Rounds(2, Duration.ofMillis(500), false), e.warmUp());
    assertEquals(Duration.ofMinutes(1), e.measure().time());
    assertEquals(Duration.ofSeconds(90), e.timeLimit());
    assertEquals(Duration.ofHours(1), e.timeBudget());
    assertEquals(new Experiment.Adaptive(0.02, 9), e.adaptive());
    assertEquals(new Experiment.Slo(Duration.ofMillis(200), null), e.slo());
    assertEquals(new Prompts.OfSource("tales", 3, 9), e.prompts());
    assertEquals(Experiment.Order.SHUFFLED, e.order());
    assertEquals(List.of("-Xmx1g"), e.jvmFlags());
    assertEquals(null, e.perplexity().source());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          runs: [{model: m, decoder: ar}]\\nforks: many          | test.yaml:2:8  | whole number from 1
          runs: [{model: m, decoder: ar}]\\nforks: 0             | test.yaml:2:8  | whole number from 1
          runs: [{model: m, decoder: ar}]\\nfroks: 3             | test.yaml:2:8  | unknown key 'froks'
          runs: [{model: m, decoder: ar}]\\nforks: 3\\nforks: 4  | test.yaml:3    | 'forks'
          runs: [{model: m, decoder: ar}]\\nbackend: gpu         | test.yaml:2:10 | auto, scalar, vector
          runs: [{model: m, decoder: ar}]\\nwarm_up: {time: x}   | test.yaml:2:17 | a time such as
          runs: [{model: m, decoder: ar}]\\nci: 200%             | test.yaml:2:5  | a share such as
          runs: [{model: m}]                                     | test.yaml:1:8  | 'decoder' or 'decoders'
          runs: [{model: m, decoder: ar}]\\nprompts: {source: x} | test.yaml:2:19 | no source 'x'
          runs: [{model: m, decoder: ar}]\\nprompts: {file: x}   | test.yaml:2:17 | a file that exists
          name: x                                                | test.yaml:1:1  | 'runs' is missing
          runs: [                                                | test.yaml:     | not YAML
          runs: [{model: m, decoder: ar}]\\nname: ../x           | test.yaml:2:7  | a name of letters
          - 1                                                    | test.yaml:1:1  | keys with values
          """)
  void errorsNameFileLineAndColumn(String yaml, String where, String what) {
    var e = assertThrows(UsageException.class, () -> read(yaml.replace("\\n", "\n")));

    assertTrue(e.getMessage().startsWith(where), e.getMessage());
    assertTrue(e.getMessage().contains(what), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void promptsComeFromLinesAndFromJsonLines() throws IOException {
    Files.writeString(folder.resolve("p.txt"), "one\n\ntwo\n");
    Files.writeString(
        folder.resolve("q.jsonl"), "{\"turns\":[\"first\",\"second\"]}\n{\"turns\":[\"third\"]}\n");

    assertEquals(List.of("one", "two"), prompts("{file: p.txt}").texts(1));
    assertEquals(List.of("first", "third"), prompts("{jsonl: q.jsonl}").texts(1));
    assertEquals(List.of("first"), prompts("{jsonl: q.jsonl, count: 1}").texts(1));
    assertEquals(List.of("x y", "z"), prompts("[x y, z]").texts(1));
    var e =
        assertThrows(
            UsageException.class, () -> prompts("{jsonl: q.jsonl, field: prompt}").texts(1));
    assertTrue(e.getMessage().contains("q.jsonl:1"), e.getMessage());
  }

  @Test
  void promptsOfASourceAreBeginningsAndFixedByTheSeed() {
    Prompts prompts = prompts("{source: tales, count: 4, tokens: 12}");

    assertEquals(4, prompts.texts(1).size());
    assertEquals(prompts.texts(1), prompts.texts(1));
    assertTrue(!prompts.texts(1).equals(prompts.texts(2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "quick"})
  void builtInExperimentsAreValidAndCoverTheFourDecoders(String name) {
    Experiment e = ExperimentReader.builtIn(name);

    Set<String> decoders = new TreeSet<>();
    e.settings().forEach(s -> decoders.add(s.decoder().replaceFirst(":.*", "")));
    assertEquals(Set.of("ar", "speculative", "masked-diffusion", "block-diffusion"), decoders);
    assertTrue(e.forks() >= 2);
  }

  @Test
  void schemaForEditorsKnowsTheKeysThatTheReaderKnows() throws IOException {
    JsonNode schema =
        Json.LINES.readTree(Files.readString(Path.of("../experiments/experiment.schema.json")));

    assertEquals(ExperimentReader.KEYS, keys(schema));
    JsonNode defs = schema.path("$defs");
    assertEquals(ExperimentReader.RUN_KEYS, keys(defs.path("run")));
    assertEquals(ExperimentReader.ROUND_KEYS, keys(defs.path("rounds")));
    assertEquals(ExperimentReader.PROMPT_KEYS, keys(defs.path("prompts")));
    assertEquals(ExperimentReader.PERPLEXITY_KEYS, keys(defs.path("perplexity")));
    assertEquals(ExperimentReader.SLO_KEYS, keys(defs.path("slo")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "quick"})
  void copiesForUsersAreTheBuiltInOnes(String name) throws IOException {
    assertEquals(
        ExperimentReader.builtIn(name).text(),
        Files.readString(Path.of("../experiments/" + name + ".yaml")));
  }

  private static Set<String> keys(JsonNode object) {
    return new TreeSet<>(object.path("properties").propertyNames());
  }

  private Experiment read(String yaml) {
    return ExperimentReader.text("test.yaml", yaml, folder);
  }

  private Prompts prompts(String yaml) {
    return read("runs: {model: m, decoder: ar}\nprompts: " + yaml + "\n").prompts();
  }
}
