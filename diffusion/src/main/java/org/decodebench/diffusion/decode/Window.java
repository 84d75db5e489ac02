package org.decodebench.diffusion.decode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.diffusion.policy.Prediction;
import org.decodebench.diffusion.policy.Step;
import org.decodebench.diffusion.policy.UnmaskingPolicy;

/**
 * The part of a canvas on which a policy works: all of it, one semi-autoregressive block, or the
 * block of a block-diffusion model. The same code unmasks in all of them.
 */
final class Window {
  private final Canvas canvas;
  private final int from;
  private final int to;
  private final UnmaskingPolicy.Rule rule;
  private final UnmaskingPolicy policy;
  private final Filler filler;
  private int steps;

  Window(Canvas canvas, int from, int to, UnmaskingPolicy.Rule rule, Filler filler) {
    this.canvas = canvas;
    this.from = from;
    this.to = to;
    this.rule = rule;
    this.policy = rule.begin(canvas.masked(from, to).length);
    this.filler = filler;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** Steps made so far. */
  int steps() {
    return steps;
  }

  boolean done() {
    return policy.done(canvas.masked(from, to).length);
  }

  /** Whether placed tokens stay as they are. */
  boolean placedIsFinal() {
    return rule.placedIsFinal();
  }

  /** Positions whose predictions the next step reads, ascending. */
  int[] wanted() {
    int[] masked = canvas.masked(from, to);
    if (!rule.readsPlaced()) {
      return masked;
    }
    int[] placed = canvas.placed(from, to);
    int[] all = Arrays.copyOf(masked, masked.length + placed.length);
    System.arraycopy(placed, 0, all, masked.length, placed.length);
    Arrays.sort(all);
    return all;
  }

  /**
   * One step of the policy.
   *
   * @param positions as {@link #wanted} gave them
   * @param predictions of these positions
   */
  void step(
      int[] positions, Prediction[] predictions, int sequence, int step, DecodeListener listener) {
    Prediction[] seen = new Prediction[positions.length];
    for (int i = 0; i < seen.length; i++) {
      seen[i] = policy.see(positions[i], filler.damped(predictions[i]));
    }
    Moves moves = new Moves(positions, seen);
    policy.step(moves);
    moves.apply(sequence, step, listener);
    steps++;
  }

  /** What the policy sees, and the moves that it asks for. */
  private final class Moves implements Step {
    private final int[] positions;
    private final Prediction[] predictions;
    private final TreeMap<Integer, Integer> commits = new TreeMap<>();
    private final Map<Integer, Integer> trials = new HashMap<>();
    private final List<Integer> remasks = new ArrayList<>();

    Moves(int[] positions, Prediction[] predictions) {
      this.positions = positions;
      this.predictions = predictions;
    }

    @Override
    public int index() {
      return steps;
    }

    @Override
    public int[] masked() {
      return canvas.masked(from, to);
    }

    @Override
    public int[] placed() {
      return canvas.placed(from, to);
    }

    @Override
    public int token(int position) {
      return canvas.token(position);
    }

    @Override
    public Prediction at(int position) {
      int i = Arrays.binarySearch(positions, position);
      if (i < 0) {
        throw new IllegalArgumentException("no prediction was asked for position " + position);
      }
      return predictions[i];
    }

    @Override
    public double key(int position) {
      return filler.chance().key(position, canvas.visits(position));
    }

    @Override
    public boolean flip(double p, int position, int tick) {
      return filler.chance().flip(p, position, tick);
    }

    @Override
    public int trial(int position) {
      return trials.computeIfAbsent(position, p -> filler.trial(canvas, at(p), p, steps));
    }

    @Override
    public int interval(int position, int intervals) {
      return filler.chance().interval(position, canvas.visits(position), intervals);
    }

    @Override
    public int commit(int position) {
      int token = filler.token(canvas, at(position), position);
      commits.put(position, token);
      return token;
    }

    @Override
    public void commit(int position, int token) {
      commits.put(position, token);
    }

    @Override
    public void remask(int position) {
      remasks.add(position);
    }

    void apply(int sequence, int step, DecodeListener listener) {
      // Draw everything before anything is placed: the tokens of one step do not see each other.
      commits.replaceAll((position, token) ->
          token != null ? token : filler.token(canvas, at(position), position));
      for (int position : remasks) {
        canvas.remask(position);
      }
      Events fresh = new Events();
      Events overwrites = new Events();
      commits.forEach((position, token) ->
          (canvas.place(position, token) ? overwrites : fresh).add(position, token));
      fresh.tell(listener, sequence, step, false);
      overwrites.tell(listener, sequence, step, true);
    }
  }

  /** Committed positions of a step, in the listener's terms. */
  private final class Events {
    private final List<Integer> positions = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();

    void add(int position, int token) {
      if (position >= canvas.prompt()) {
        positions.add(position - canvas.prompt());
        tokens.add(token);
      }
    }

    void tell(DecodeListener listener, int sequence, int step, boolean overwrote) {
      if (!positions.isEmpty()) {
        listener.committed(sequence, step, ints(positions), ints(tokens), overwrote);
      }
    }

    private static int[] ints(List<Integer> values) {
      return values.stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
