package org.decodebench.diffusion.decode;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.diffusion.policy.Prediction;

/**
 * Masked diffusion of one sequence (MDLM 2406.07524, LLaDA 2502.09992): a bidirectional forward a
 * step, over the whole canvas or over what its cache does not hold, on the windows from left to
 * right.
 */
final class MaskedSequence implements SequenceDecode {

  /**
   * @param windows how the canvas is cut
   * @param cache which positions a forward evaluates
   * @param guidance of the prompt
   * @param earlyStop whether the sequence is done as soon as everything left of its first end token
   *     is placed
   */
  record Plan(Windows windows, CanvasCache cache, Guidance guidance, boolean earlyStop) {}

  private final int index;
  private final int unconditionalIndex;
  private final Canvas canvas;
  private final Rows rows;
  private final Filler filler;
  private final Tokenizer tokenizer;
  private final Plan plan;
  private final DecodeListener listener;
  private final StepObserver observer;
  private final Attention attention;
  private Window window;
  private int[] wanted;
  private BitSet open;
  private int step;

  /**
   * @param unconditionalIndex the session's sequence that holds the canvas without its prompt,
   *     where there is guidance
   */
  MaskedSequence(
      int index,
      int unconditionalIndex,
      Canvas canvas,
      Rows rows,
      Filler filler,
      Tokenizer tokenizer,
      Plan plan,
      DecodeListener listener,
      StepObserver observer) {
    this.index = index;
    this.unconditionalIndex = unconditionalIndex;
    this.canvas = canvas;
    this.rows = rows;
    this.filler = filler;
    this.tokenizer = tokenizer;
    this.plan = plan;
    this.listener = listener;
    this.observer = observer;
    this.attention = new Attention.Bidirectional(canvas.length());
    canvas.tellTemplate(index, listener);
    open = set(canvas.masked(0, canvas.length()));
    open(0);
  }

  @Override
  public boolean done() {
    return window == null;
  }

  @Override
  public Phase plan(List<Run> runs) {
    wanted = window.wanted();
    open.or(set(wanted));
    List<CanvasCache.Range> ranges =
        plan.cache().ranges(window, canvas.length(), window.steps(), rows.shift(), open);
    open = set(canvas.masked(0, canvas.length()));
    ranges.forEach(range -> runs.add(run(index, canvas.tokens(), range)));
    if (plan.guidance().on()) {
      int[] unconditional = Guidance.unconditional(canvas);
      ranges.forEach(range -> runs.add(run(unconditionalIndex, unconditional, range)));
    }
    return Phase.DENOISE;
  }

  private static BitSet set(int[] positions) {
    BitSet set = new BitSet();
    IntStream.of(positions).forEach(set::set);
    return set;
  }

  private Run run(int sequence, int[] tokens, CanvasCache.Range range) {
    int[] part = Arrays.copyOfRange(tokens, range.from(), range.to());
    int[] within =
        IntStream.of(wanted)
            .filter(i -> i - rows.shift() >= range.from() && i - rows.shift() < range.to())
            .toArray();
    return new Run(sequence, part, range.from(), attention, rows.wanted(within, range.from()));
  }

  @Override
  public int accept(Logits logits, int firstRow) {
    int n = wanted.length;
    Prediction[] predictions = rows.predictions(n, logits, firstRow);
    boolean guided = plan.guidance().on();
    for (int i = 0; guided && i < n; i++) {
      predictions[i] =
          predictions[i].with(
              plan.guidance()
                  .combine(
                      logits.values(),
                      logits.offset(firstRow + i),
                      logits.offset(firstRow + n + i),
                      logits.vocab()));
    }
    observer.predicted(index, step, canvas.tokens(), wanted, predictions);
    window.step(wanted, predictions, index, step++, listener);
    advance();
    return firstRow + (guided ? 2 * n : n);
  }

  /** Turns to the next window that has something to fill, or to the end. */
  private void open(int from) {
    window = null;
    while (from < canvas.length() && window == null) {
      Window next = plan.windows().next(canvas, from, filler);
      from = next.to();
      window = canvas.masked(next.from(), next.to()).length == 0 ? null : next;
    }
  }

  private void advance() {
    // Where everything is placed, a policy decides what to mask again without a forward.
    while (!window.done() && window.wanted().length == 0) {
      window.step(new int[0], new Prediction[0], index, step++, listener);
    }
    if (plan.earlyStop() && window.placedIsFinal() && canvas.endsNow(tokenizer::isEnd)) {
      window = null;
    } else if (window.done()) {
      open(window.to());
    }
  }

  @Override
  public DecodeResult.Sequence result() {
    return Emission.of(canvas, tokenizer);
  }
}
