package org.decodebench.reports.tasks;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
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
    List<int[]> prompts = task.questions(questions, seed);
    for (int i = 0; i < prompts.size(); i++) {
      List<DecodeRequest.Prompt> one = new ArrayList<>();
      one.add(new DecodeRequest.Prompt(i, prompts.get(i)));
      DecodeResult result =
          decoder.decode(
              new DecodeRequest(metered, one, task.answerLength(), seed), DecodeListener.NONE);
      right += task.right(prompts.get(i), result.sequences().getFirst().tokens()) ? 1 : 0;
    }
    double forwards = counter.total().forwards() / (double) questions;
    return new TaskScore(task.trains(), model.name(), decoder.spec(), questions, right, forwards);
  }
}
