package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.ar.Prefill;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A smaller model drafts a tree, one forward a depth: of a fixed shape (SpecInfer 2305.09781), or
 * where it is sure of itself (EAGLE-2, 2406.16858).
 *
 * <p>An EAGLE head (2401.15077) does the same with the target's hidden states: its position i reads
 * token i + 1 and the target's state at i, and below the root, where the target has not been, its
 * own output in place of that. When the target has verified a draft its true states take the place
 * of the head's own.
 */
final class TreeDrafter implements Drafter {
  private final Session session;
  private final Sampler sampler;
  private final boolean greedy;
  private final TreeShape shape;
  private final int prefillChunk;
  private final Tokenizer tokenizer;

  /** The target's hidden states, for a head that reads them; else null. */
  private final TargetStates states;

  private final Growth[] last;

  TreeDrafter(DecodeRequest request, TreeDrafting method, int capacity, int width) {
    session = method.chain().model().open(capacity, width);
    sampler = method.chain().text().sampler(request);
    greedy = method.chain().text().sampling().greedy();
    shape = method.shape();
    prefillChunk = method.chain().prefillChunk();
    tokenizer = method.chain().model().tokenizer();
    states =
        method.chain().model().inputSize() > 0
            ? new TargetStates(method.chain().model().inputSize(), capacity, width)
            : null;
    last = new Growth[width];
  }

  @Override
  public void enter(List<Seat> seats) {
    for (Seat seat : seats) {
      session.truncate(seat.place(), 0);
      last[seat.place()] = null;
    }
    if (states != null) {
      // What the target will say of the prompt is not known yet.
      states.enter(seats);
      return;
    }
    Prefill.run(
        session,
        seats.stream().mapToInt(Seat::place).toArray(),
        seats.stream().map(Seat::text).toList(),
        prefillChunk,
        Prefill.NO_ROWS);
  }

  @Override
  public boolean readsTarget() {
    return states != null;
  }

  @Override
  public void heard(Seat seat, int position, float[] hidden, int offset) {
    states.heard(seat, position, hidden, offset);
  }

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    List<Growth> growths = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      growths.add(new Growth(seats.get(i), Math.min(most[i], shape.depth())));
      last[seats.get(i).place()] = growths.get(i);
    }
    List<Growth> growing = growths;
    while (!growing.isEmpty()) {
      Logits logits = session.forward(growing.stream().map(Growth::run).toList());
      List<Growth> next = new ArrayList<>();
      int row = 0;
      for (Growth growth : growing) {
        int rows = growth.rows();
        if (growth.extend(logits, row)) {
          next.add(growth);
        }
        row += rows;
      }
      growing = next;
    }
    return growths.stream().map(Growth::draft).toList();
  }

  @Override
  public void settle(List<Seat> seats) {
    for (Seat seat : seats) {
      Growth growth = last[seat.place()];
      if (growth != null) {
        session.commitPath(seat.place(), states == null ? growth.kept() : new int[0]);
        last[seat.place()] = null;
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }

  /** A tree that grows after a text. */
  private final class Growth {
    final DraftTree tree;
    private final Seat seat;
    private final int depths;

    /** Positions of the session that are text. */
    private final int prefix;

    /** Of a head: the states that the leaves' parents gave, leaf after leaf. */
    private float[] inputs = {};

    /** Nodes of the tree in the order of their evaluation: the i-th stands in slot prefix + i. */
    private int[] grown = {};

    private int depth;

    /** Of {@link #grown}; the rest are the leaves to grow. */
    private int evaluated;

    Growth(Seat seat, int depths) {
      this.seat = seat;
      this.depths = depths;
      tree = new DraftTree(seat, sampler, greedy);
      prefix = seat.text().length() - shift();
    }

    private int shift() {
      return states == null ? 0 : 1;
    }

    /** The text's unread tokens, or the leaves. */
    Run run() {
      int place = seat.place();
      if (depth == 0) {
        int from = session.length(place);
        int[] unread = seat.text().slice(from + shift(), prefix + shift());
        float[] given = states == null ? null : states.slice(place, from, prefix);
        return new Run(place, unread, from, Attention.CAUSAL, Run.last(unread.length), given);
      }
      int[] leaves = Arrays.stream(grown).skip(evaluated).map(tree::token).toArray();
      int[] parents = Arrays.stream(grown).map(node -> place(tree.parent(node))).toArray();
      return new Run(
          place,
          leaves,
          prefix + evaluated,
          new Attention.Tree(prefix, parents),
          Run.all(leaves.length),
          states == null ? null : inputs);
    }

    /** Where a node stands among the evaluated ones; -1 for one that does not. */
    private int place(int node) {
      return node < 0 ? -1 : Math.max(-1, Arrays.binarySearch(grown, node));
    }

    int rows() {
      return depth == 0 ? 1 : grown.length - evaluated;
    }

    /** Gives every leaf its children; whether these are to grow too. */
    boolean extend(Logits logits, int row) {
      int size = tree.size();
      if (depth == 0) {
        session.commit(seat.place(), prefix);
        grow(-1, logits, row);
      }
      for (int i = evaluated; i < grown.length; i++) {
        if (!tokenizer.isEnd(tree.token(grown[i]))) {
          grow(grown[i], logits, row + i - evaluated);
        }
      }
      depth++;
      int[] leaves = depth < depths ? leaves(size) : new int[0];
      if (states != null && leaves.length > 0) {
        keepStates(leaves, row);
      }
      evaluated = grown.length;
      grown = concat(grown, leaves);
      return leaves.length > 0;
    }

    private void grow(int leaf, Logits logits, int row) {
      int children = shape.branches()[depth];
      if (shape.byConfidence()) {
        tree.growSurest(leaf, logits, row, children);
      } else {
        tree.grow(leaf, logits, row, Math.min(children, room() - tree.size()));
      }
    }

    /** Tokens that both sessions can hold beside the text. */
    private int room() {
      return session.capacity() - seat.text().length();
    }

    /** Of the nodes from {@code from} on those that grow. */
    private int[] leaves(int from) {
      return shape.byConfidence()
          ? tree.surest(from, Math.clamp(room() - grown.length, 0, shape.beam()))
          : IntStream.range(from, tree.size()).toArray();
    }

    /**
     * @param row of the last forward that belongs to its first leaf
     */
    private void keepStates(int[] leaves, int row) {
      int size = states.size();
      float[] own = session.hidden();
      inputs = new float[leaves.length * size];
      for (int i = 0; i < leaves.length; i++) {
        int parent = Math.max(0, place(tree.parent(leaves[i])) - evaluated);
        System.arraycopy(own, (row + parent) * size, inputs, i * size, size);
      }
    }

    Draft draft() {
      return shape.byConfidence() ? tree.surest(Math.min(shape.nodes(), room())) : tree.draft();
    }

    /** The evaluated nodes that the text went on with. */
    int[] kept() {
      int[] path = new int[evaluated];
      int count = 0;
      int node = -1;
      // The newest token is left for the next round to evaluate: its row is the one wanted.
      for (int at = prefix; at < seat.text().length() - 1; at++) {
        node = tree.child(node, seat.text().slice(at, at + 1)[0]);
        int place = place(node);
        if (place < 0 || place >= evaluated) {
          break;
        }
        path[count++] = place;
      }
      return Arrays.copyOf(path, count);
    }
  }

  private static int[] concat(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
