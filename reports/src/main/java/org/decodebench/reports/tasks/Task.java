package org.decodebench.reports.tasks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.core.source.task.TableSource;
import org.decodebench.core.source.task.Tasks;

/**
 * A source whose texts are question and answer.
 *
 * @param trains the source that models learn from
 * @param asks the source that questions come from and that grades; usually the same
 * @param shows what it separates, in a line
 */
public record Task(String trains, String asks, String shows) {

  /** Tokens to decode where a source has texts without an end. */
  private static final int OPEN_LENGTH = 24;

  /** Keeps questions apart from training texts of the same seed. */
  private static final long SALT = 0x5441_534B_53L;

  /** The suite: what each task is known to separate is in docs/diffusion.md. */
  public static List<Task> suite() {
    return List.of(
        new Task("copy", "copy", "independent answers: one step is enough"),
        new Task("replace", "replace", "one step is right with (1-1/n)^(n-1)"),
        new Task("shuffle", "shuffle", "one step is right with n!/n^n"),
        new Task("latin", "latin", "many right answers, no order"),
        new Task("sudoku", "sudoku", "constraints from all sides"),
        new Task("addition", "addition", "carries run against the reading order"),
        new Task("countdown", "countdown", "the goal decides the first step"),
        new Task("reversal", "reversal:test=1", "facts asked backwards"),
        new Task("stargraph", "stargraph", "the path is forced from its end"),
        new Task("infill", "infill", "both sides known; sides first, so that AR has its chance"),
        new Task("infill:fim=0", "infill:fim=0", "the same in reading order"),
        new Task(
            "hmm:states=6,symbols=6,zeros=0.7",
            "hmm:states=6,symbols=6,zeros=0.7",
            "hidden states: errors against steps"),
        new Task(
            "markov:symbols=8,zeros=0.5",
            "markov:symbols=8,zeros=0.5",
            "a grammar: errors against steps"));
  }

  /** One of the suite by its training source's name, or any source as a task of its own. */
  public static Task named(String name) {
    return suite().stream()
        .filter(task -> task.trains().equals(name))
        .findFirst()
        .orElseGet(() -> new Task(name, name, Tasks.names().contains(name) ? name : "a source"));
  }

  Source grader() {
    return Sources.byName(asks);
  }

  /** Tokens that an answer may have. */
  int answerLength() {
    return grader() instanceof TableSource table ? table.length() - table.question() : OPEN_LENGTH;
  }

  /** Positions of a canvas: begin token, question, answer. */
  int canvas() {
    return 1 + questionLength() + answerLength();
  }

  private int questionLength() {
    return grader() instanceof TableSource table ? table.question() : 0;
  }

  /** Tokens that follow the answer and are given. */
  int after() {
    return grader() instanceof TableSource table ? table.after() : 0;
  }

  /** Questions as prompts, the begin token first; what is given after the answer as a template. */
  List<Question> questions(int count, long seed) {
    Source source = grader();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] text = source.sample(new RandomStream(seed ^ SALT, i), canvas());
      int[] prompt = new int[1 + questionLength()];
      prompt[0] = source.tokenizer().begin().orElseThrow();
      System.arraycopy(text, 0, prompt, 1, questionLength());
      int[] after = new int[after()];
      int end = text.length - 1;
      System.arraycopy(text, Math.max(0, end - after.length), after, 0, after.length);
      questions.add(new Question(prompt, after));
    }
    return questions;
  }

  /**
   * @param prompt begin token and question
   * @param after what is given behind the answer; empty for most tasks
   */
  record Question(int[] prompt, int[] after) {}

  /** Whether the answer is right: whether the source can produce question and answer. */
  boolean right(int[] question, int[] answer) {
    int[] text = Arrays.copyOfRange(question, 1, question.length + answer.length);
    System.arraycopy(answer, 0, text, question.length - 1, answer.length);
    return grader().isValid(text);
  }
}
