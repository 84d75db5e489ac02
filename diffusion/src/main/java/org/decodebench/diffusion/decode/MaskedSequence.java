package org.decodebench.diffusion.decode;

import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.diffusion.policy.Prediction;

/**
 * Masked diffusion of one sequence (MDLM 2406.07524, LLaDA 2502.09992): a bidirectional forward
 * over the whole canvas a step, on the windows from left to right.
 */
final class MaskedSequence implements SequenceDecode {
  private final int index;
  private final Canvas canvas;
  private final Rows rows;
  private final Filler filler;
  private final Tokenizer tokenizer;
  private final Windows windows;
  private final boolean earlyStop;
  private final DecodeListener listener;
  private final Attention attention;
  private Window window;
  private int[] wanted;
  private int step;

  MaskedSequence(
      int index,
      Canvas canvas,
      Rows rows,
      Filler filler,
      Tokenizer tokenizer,
      Windows windows,
      boolean earlyStop,
      DecodeListener listener) {
    this.index = index;
    this.canvas = canvas;
    this.rows = rows;
    this.filler = filler;
    this.tokenizer = tokenizer;
    this.windows = windows;
    this.earlyStop = earlyStop;
    this.listener = listener;
    this.attention = new Attention.Bidirectional(canvas.length());
    open(0);
  }

  @Override
  public boolean done() {
    return window == null;
  }

  @Override
  public Phase plan(List<Run> runs) {
    wanted = window.wanted();
    runs.add(new Run(index, canvas.tokens(), 0, attention, rows.wanted(wanted, 0)));
    return Phase.DENOISE;
  }

  @Override
  public int accept(Logits logits, int firstRow) {
    window.step(wanted, rows.predictions(wanted.length, logits, firstRow), index, step++, listener);
    advance();
    return firstRow + wanted.length;
  }

  /** Turns to the next window that has something to fill, or to the end. */
  private void open(int from) {
    window = null;
    while (from < canvas.length() && window == null) {
      Window next = windows.next(canvas, from, filler);
      from = next.to();
      window = canvas.masked(next.from(), next.to()).length == 0 ? null : next;
    }
  }

  private void advance() {
    // Where everything is placed, a policy decides what to mask again without a forward.
    while (!window.done() && window.wanted().length == 0) {
      window.step(new int[0], new Prediction[0], index, step++, listener);
    }
    if (earlyStop && window.placedIsFinal() && canvas.endsNow(tokenizer::isEnd)) {
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
