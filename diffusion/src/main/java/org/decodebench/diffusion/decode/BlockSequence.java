package org.decodebench.diffusion.decode;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;
import org.decodebench.diffusion.policy.Order;
import org.decodebench.diffusion.policy.Prediction;
import org.decodebench.diffusion.policy.RankedRule;
import org.decodebench.diffusion.policy.Schedule;
import org.decodebench.diffusion.policy.UnmaskingPolicy;

/**
 * Block diffusion of one sequence (BD3-LM, 2503.09573): blocks aligned to position 0 from left to
 * right, diffusion inside a block, an exact cache of keys and values over the blocks before it.
 *
 * <p>Where the model is shifted, a block's first position is predicted by the last position of the
 * block before it, which sees nothing of the new block. It is therefore placed first, from the
 * forward that writes the block before (as Fast-dLLM v2 does, 2509.26328); with block size 1 this
 * is autoregressive decoding at one forward a token.
 */
final class BlockSequence implements SequenceDecode {
  private static final UnmaskingPolicy.Rule HEAD =
      new RankedRule(Order.LEFT_TO_RIGHT, Schedule.oneByOne(), RankedRule.Quota.none());

  /** How finished blocks reach the cache. */
  enum Cache {
    /** A forward of its own writes a finished block, as published. */
    BLOCK,
    /**
     * The first denoising forward of the next block writes it: the same values, one forward less. A
     * shifted model needs the forward anyway, for the next block's first position.
     */
    FUSED,
    /** No cache: every forward evaluates everything up to the block's end. The slow twin. */
    NONE
  }

  /**
   * @param block size of a block
   * @param rule of the diffusion inside a block
   * @param parts size of the sub-blocks that are evaluated alone after their first step, over keys
   *     and values of the rest of the block that are as old as that (Fast-dLLM v2, 2509.26328:
   *     approximate); none to evaluate the block in every step
   * @param earlyStop whether the sequence is done as soon as everything left of its first end token
   *     is placed, or only with the block that holds it
   */
  record Plan(
      int block, UnmaskingPolicy.Rule rule, Cache cache, OptionalInt parts, boolean earlyStop) {}

  private final int index;
  private final Session session;
  private final Canvas canvas;
  private final Rows rows;
  private final Filler filler;
  private final Tokenizer tokenizer;
  private final Plan plan;
  private final DecodeListener listener;
  private final StepObserver observer;
  private final Attention attention;

  /** The block at work. */
  private int from;

  private int to;

  /** The block's first position alone, or the block. */
  private Window window;

  private boolean head;
  private boolean prefilled;

  /** The sub-block for which the whole block was evaluated last. */
  private int part = -1;

  private int[] wanted;
  private int step;

  BlockSequence(
      int index,
      Session session,
      Canvas canvas,
      Rows rows,
      Filler filler,
      Tokenizer tokenizer,
      Plan plan,
      DecodeListener listener,
      StepObserver observer) {
    this.index = index;
    this.session = session;
    this.canvas = canvas;
    this.rows = rows;
    this.filler = filler;
    this.tokenizer = tokenizer;
    this.plan = plan;
    this.listener = listener;
    this.observer = observer;
    this.attention = new Attention.BlockCausal(plan.block(), canvas.length());
    canvas.tellTemplate(index, listener);
    open(0);
    this.prefilled = !cached() || from == 0;
  }

  private boolean cached() {
    return plan.cache() != Cache.NONE;
  }

  /** Turns to the first block at or after {@code start} that has something to fill. */
  private void open(int start) {
    int[] masked = canvas.masked(start, canvas.length());
    if (masked.length == 0) {
      window = null;
      return;
    }
    from = masked[0] / plan.block() * plan.block();
    to = (int) Math.min((long) from + plan.block(), canvas.length());
    head = rows.shift() == 1 && from > 0 && masked[0] == from;
    window =
        head
            ? new Window(canvas, from, from + 1, HEAD, filler)
            : new Window(canvas, from, to, plan.rule(), filler);
  }

  @Override
  public boolean done() {
    return window == null;
  }

  @Override
  public Phase plan(List<Run> runs) {
    boolean unwritten = cached() && session.length(index) < from;
    boolean writesOnly = unwritten && (!prefilled || plan.cache() == Cache.BLOCK);
    wanted = head || !writesOnly ? window.wanted() : new int[0];
    if (plan.parts().isPresent() && !head && !unwritten && current() == part) {
      runs.add(ofPart(plan.parts().getAsInt()));
      return Phase.DENOISE;
    }
    part = head || writesOnly ? -1 : current();
    int start = cached() ? session.length(index) : 0;
    int end = head || writesOnly ? from : to;
    int[] tokens = Arrays.copyOfRange(canvas.tokens(), start, end);
    runs.add(new Run(index, tokens, start, attention, rows.wanted(wanted, start)));
    if (!prefilled) {
      return Phase.PREFILL;
    }
    return wanted.length == 0 ? Phase.CACHE : Phase.DENOISE;
  }

  /** The sub-block at work, counted from position 0; -1 where there are none. */
  private int current() {
    return plan.parts().isPresent() && wanted.length > 0 ? wanted[0] / plan.parts().getAsInt() : -1;
  }

  /** The sub-block alone, which sees the block's other keys and values as they were. */
  private Run ofPart(int size) {
    int start = Math.max(part * size - rows.shift(), from);
    int end = Math.min((part + 1) * size, to);
    wanted = IntStream.of(wanted).filter(i -> i < end).toArray();
    int[] tokens = Arrays.copyOfRange(canvas.tokens(), start, end);
    Attention seen = new Attention.Bidirectional(to);
    return new Run(index, tokens, start, seen, rows.wanted(wanted, start));
  }

  @Override
  public int accept(Logits logits, int firstRow) {
    prefilled = true;
    if (cached() && session.length(index) < from) {
      session.commit(index, from);
    }
    if (wanted.length > 0) {
      Prediction[] predictions = rows.predictions(wanted.length, logits, firstRow);
      observer.predicted(index, step, canvas.tokens(), wanted, predictions);
      window.step(wanted, predictions, index, step++, listener);
      advance();
    }
    return firstRow + wanted.length;
  }

  private void advance() {
    if (head) {
      head = false;
      window = new Window(canvas, from + 1, to, plan.rule(), filler);
      finish(canvas.masked(from + 1, to).length == 0);
    } else {
      // Where everything is placed, a policy decides what to mask again without a forward.
      while (!window.done() && window.wanted().length == 0) {
        window.step(new int[0], new Prediction[0], index, step++, listener);
      }
      finish(window.done());
    }
  }

  private void finish(boolean blockDone) {
    boolean mayEnd = blockDone || (plan.earlyStop() && plan.rule().placedIsFinal());
    if (mayEnd && canvas.endsNow(tokenizer::isEnd)) {
      window = null;
    } else if (blockDone) {
      open(to);
    }
  }

  @Override
  public DecodeResult.Sequence result() {
    return Emission.of(canvas, tokenizer);
  }
}
