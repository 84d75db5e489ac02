package org.decodebench.diffusion.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.source.Sources;
import org.decodebench.core.source.task.TableSource;
import org.decodebench.core.tokenizer.WordTokenizer;
import org.decodebench.diffusion.Decode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often parallel commits from exact conditionals answer right: closed forms. */
class TasksTest {

  /** Exact probability of a right answer to one question. */
  private static double right(String task, String decoder) {
    TableSource source = (TableSource) Sources.byName(task);
    int[] text = source.sample(new RandomStream(4, 1), 99);
    int[] prompt = new int[1 + source.question()];
    prompt[0] = WordTokenizer.BEGIN;
    System.arraycopy(text, 0, prompt, 1, source.question());
    Distribution answers =
        ExactSampler.of(
            Decode.decoder(decoder + ",temperature=1"),
            OracleModel.diffusion(source),
            prompt,
            source.length() - source.question());
    double right = 0;
    for (var entry : answers.p().entrySet()) {
      int[] whole = Arrays.copyOf(text, source.question() + entry.getKey().size());
      for (int i = 0; i < entry.getKey().size(); i++) {
        whole[source.question() + i] = entry.getKey().get(i);
      }
      right += source.isValid(whole) ? entry.getValue() : 0;
    }
    return right;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void oneStepIsRightAsOftenAsTheClosedFormSays(int n) {
    String size = ":items=5,n=" + n;
    String once = "masked-diffusion:steps=1";
    assertEquals(1, right("copy" + size, once), 1e-6);
    assertEquals(Math.pow(1 - 1.0 / n, n - 1), right("replace" + size, once), 1e-6);
    double factorial = 1;
    for (int i = 2; i <= n; i++) {
      factorial *= i;
    }
    assertEquals(factorial / Math.pow(n, n), right("shuffle" + size, once), 1e-6);
  }

  @Test
  void onePositionAStepIsAlwaysRight() {
    for (String task : new String[] {"replace:n=3,items=4", "shuffle:n=3,items=4", "latin:n=2"}) {
      assertEquals(1, right(task, "masked-diffusion:order=random"), 1e-6, task);
      assertEquals(1, right(task, "block-diffusion:block=4,order=confidence"), 1e-6, task);
    }
  }

  @Test
  void sureCommitsAloneAreRightAndFast() {
    // With every threshold above a half, items that are not determined yet wait for their turn.
    assertEquals(1, right("shuffle:n=3,items=4", "masked-diffusion:threshold=0.9"), 1e-6);
    assertTrue(right("shuffle:n=3,items=4", "masked-diffusion:steps=2") < 1);
  }
}
