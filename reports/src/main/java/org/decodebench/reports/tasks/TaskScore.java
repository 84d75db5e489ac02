package org.decodebench.reports.tasks;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;

/**
 * How a model and a decoder did on a task.
 *
 * @param questions asked
 * @param right of these
 * @param forwards target forwards an answer, decoded one at a time
 */
public record TaskScore(
    String task, String model, String decoder, int questions, int right, double forwards) {

  private static final double Z = 1.959964;

  public double share() {
    return (double) right / questions;
  }

  /** Lower end of the 95 % interval (Wilson). */
  public double low() {
    return Math.max(0, centre() - half());
  }

  /** Its upper end. */
  public double high() {
    return Math.min(1, centre() + half());
  }

  private double centre() {
    return (share() + Z * Z / (2 * questions)) / (1 + Z * Z / questions);
  }

  private double half() {
    double p = share();
    return Z
        * Math.sqrt(p * (1 - p) / questions + Z * Z / (4.0 * questions * questions))
        / (1 + Z * Z / questions);
  }

  /**
   * Asks every question once; a decoder's random numbers depend on the seed and the question.
   *
   * @throws org.decodebench.core.UsageException if decoder and model do not suit each other
   */
  static TaskScore of(Task task, LanguageModel model, String spec, int questions, long seed) {
    CostCounter counter = new CostCounter();
    MeteredModel metered = new MeteredModel(model, counter);
    Decoder decoder =
        Decoders.create(
            spec,
            reference -> {
              throw new IllegalArgumentException(spec + " needs a further model");
            });
    decoder.check(model);
    int right = 0;
    List<Task.Question> prompts = task.questions(questions, seed);
    boolean fills = spec.startsWith("masked-diffusion") || spec.startsWith("block-diffusion");
    for (int i = 0; i < prompts.size(); i++) {
      Task.Question question = prompts.get(i);
      DecodeRequest request =
          new DecodeRequest(
              metered, List.of(prompt(task, question, i, fills)), most(task, fills), seed);
      int[] answer = decoder.decode(request, DecodeListener.NONE).sequences().getFirst().tokens();
      right += task.right(question.prompt(), whole(task, question, answer, fills)) ? 1 : 0;
    }
    double forwards = counter.total().forwards() / (double) questions;
    return new TaskScore(task.trains(), model.name(), decoder.spec(), questions, right, forwards);
  }

  /** A diffusion decoder sees what follows the answer, in a template. */
  private static DecodeRequest.Prompt prompt(
      Task task, Task.Question question, int stream, boolean fills) {
    int[] after = question.after();
    if (!fills || after.length == 0) {
      return new DecodeRequest.Prompt(stream, question.prompt());
    }
    int[] template = new int[span(task) + after.length];
    Arrays.fill(template, DecodeRequest.Prompt.OPEN);
    System.arraycopy(after, 0, template, span(task), after.length);
    return new DecodeRequest.Prompt(stream, question.prompt(), template);
  }

  /** Tokens of an answer that something given follows. */
  private static int span(Task task) {
    return task.answerLength() - task.after() - 1;
  }

  private static int most(Task task, boolean fills) {
    return fills || task.after() == 0 ? task.answerLength() : span(task);
  }

  /** The answer with what follows it. */
  private static int[] whole(Task task, Task.Question question, int[] answer, boolean fills) {
    int[] after = question.after();
    if (fills || after.length == 0) {
      return answer;
    }
    int[] all = Arrays.copyOf(answer, answer.length + after.length + 1);
    System.arraycopy(after, 0, all, answer.length, after.length);
    all[all.length - 1] = task.grader().tokenizer().end().orElseThrow();
    return all;
  }
}
