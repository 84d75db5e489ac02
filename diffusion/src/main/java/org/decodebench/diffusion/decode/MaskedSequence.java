package org.decodebench.diffusion.decode;

import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.tokenizer.Tokenizer;

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
    this.window = windows.next(canvas, 0, filler);
    advance();
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
    if (earlyStop && canvas.endsNow(tokenizer::isEnd)) {
      window = null;
    } else {
      advance();
    }
    return firstRow + wanted.length;
  }

  private void advance() {
    while (window != null && window.done()) {
      window = window.to() == canvas.length() ? null : windows.next(canvas, window.to(), filler);
    }
  }

  @Override
  public DecodeResult.Sequence result() {
    return Emission.of(canvas, tokenizer);
  }
}
