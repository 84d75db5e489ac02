package org.decodebench.reports.tasks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.reports.run.ModelLoader;
import org.decodebench.reports.run.ModelOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskRunTest {
  @TempDir private Path folder;

  private static TaskScore oracle(String task, String decoder) {
    Task named = Task.named(task);
    return TaskScore.of(
        named, OracleModel.diffusion((AnyOrderSource) named.grader()), decoder, 300, 1);
  }

  @Test
  void countedRightAnswersOfTheOracleAgreeWithTheClosedForms() {
    String once = "masked-diffusion:temperature=1,steps=1";
    assertEquals(300, oracle("copy", once).right());
    TaskScore replace = oracle("replace", once);
    double closed = Math.pow(0.75, 3);
    assertTrue(replace.low() < closed && closed < replace.high(), replace.toString());
    TaskScore shuffle = oracle("shuffle", once);
    assertTrue(shuffle.low() < 24.0 / 256 && 24.0 / 256 < shuffle.high(), shuffle.toString());
    assertEquals(1, shuffle.forwards(), 1e-9);
    assertEquals(300, oracle("shuffle", "masked-diffusion:temperature=1,order=random").right());
  }

  @Test
  void aMiddleInReadingOrderNeedsBothSidesAndWithItsSidesFirstItDoesNot() {
    String single = "masked-diffusion:temperature=1,order=random";
    assertEquals(300, oracle("infill", single).right());
    assertEquals(300, oracle("infill:fim=0", single).right());
    assertEquals(300, leftToRight("infill").right());
    // Three of four steps are guessed; the last place must be one or three steps ahead:
    // sum over K of C(4,K)^2 / 2^7.
    TaskScore blind = leftToRight("infill:fim=0");
    assertTrue(blind.low() < 70.0 / 128 && 70.0 / 128 < blind.high(), blind.toString());
  }

  private static TaskScore leftToRight(String task) {
    Task named = Task.named(task);
    return TaskScore.of(
        named, OracleModel.autoregressive(named.grader()), "ar:temperature=1", 300, 1);
  }

  @Test
  void intervalIsWilsons() {
    TaskScore none = new TaskScore("t", "m", "d", 20, 0, 1);
    assertEquals(0, none.low(), 1e-12);
    assertEquals(0.1611, none.high(), 1e-4); // 3.8415 / (20 + 3.8415)
    TaskScore half = new TaskScore("t", "m", "d", 100, 50, 1);
    assertEquals(0.4038, half.low(), 1e-4);
    assertEquals(0.5962, half.high(), 1e-4);
  }

  @Test
  void everyTaskOfTheSuiteHasQuestionsWhoseOwnAnswersAreRight() {
    for (Task task : Task.suite()) {
      for (Task.Question question : task.questions(5, 2)) {
        assertEquals(task.canvas(), question.prompt().length + task.answerLength());
        assertEquals(task.after(), question.after().length);
        assertFalse(task.right(question.prompt(), new int[] {2}), "a mask is no answer");
      }
    }
  }

  @Test
  void runWithoutTrainingWritesTheTableOfTheOracle() throws Exception {
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(shown, true, StandardCharsets.UTF_8);
    try (ModelLoader models = new ModelLoader(ModelOrigin.DEFAULT, RuntimeOptions.DEFAULT)) {
      new TaskRun(models, out, out).run(new TaskRun.Request(List.of("copy"), 10, 0, 1, folder));
      List<String> lines = Files.readAllLines(folder.resolve("tasks.csv"));
      assertEquals(6, lines.size());
      assertTrue(lines.getLast().contains(",10,10,1.00000,"), lines.getLast());
      assertThrows(
          UsageException.class,
          () ->
              new TaskRun(models, out, out)
                  .run(new TaskRun.Request(List.of("nosuch"), 10, 0, 1, folder)));
    }
  }

  @Test
  void modelsAreTrainedOnceFromAConfigurationOfEqualBudgets() throws Exception {
    List<String> configs = new ArrayList<>();
    TaskModels models =
        new TaskModels(
            folder,
            12345,
            config -> {
              configs.add(Files.readString(config));
              Path model = folder.resolve(config.getFileName().toString().replace(".yaml", ""));
              Files.createDirectories(model);
              Files.writeString(model.resolve("config.json"), "{}");
              return true;
            });
    Task task = Task.named("sudoku");
    Path first = models.model(task, TaskModels.Kind.BD4);
    assertEquals(first, models.model(task, TaskModels.Kind.BD4));
    models.model(task, TaskModels.Kind.AR);
    assertEquals(2, configs.size());
    assertTrue(configs.getFirst().contains("block: 4\n"));
    assertTrue(configs.getFirst().contains("canvas: 35"));
    assertFalse(configs.getLast().contains("block:"));
    assertTrue(configs.getLast().contains("tokens: 12345"));
    TaskModels stopped = new TaskModels(folder, 1, config -> false);
    assertThrows(UsageException.class, () -> stopped.model(task, TaskModels.Kind.MDLM));
  }
}
