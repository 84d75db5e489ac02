package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.ar.Prefill;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A smaller model drafts a tree of a fixed shape, one forward a depth (SpecInfer 2305.09781).
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
  private final int[] branches;
  private final int prefillChunk;
  private final Tokenizer tokenizer;

  /** The target's hidden states, for a head that reads them; else null. */
  private final TargetStates states;

  private final Growth[] last;

  TreeDrafter(DecodeRequest request, TreeDrafting method, int capacity, int width) {
    session = method.chain().model().open(capacity, width);
    sampler = method.chain().text().sampler(request);
    greedy = method.chain().text().sampling().greedy();
    branches = method.branches();
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
      growths.add(new Growth(seats.get(i), Math.min(most[i], branches.length)));
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
    return growths.stream().map(growth -> growth.tree.draft()).toList();
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

    /** Of a head: the states that the nodes' parents gave, node after node. */
    private float[] inputs = {};

    private int depth;

    /** Nodes before this one have been evaluated; those from it on are the leaves to grow. */
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
      int[] leaves = tree.tokens(evaluated);
      return new Run(
          place,
          leaves,
          prefix + evaluated,
          new Attention.Tree(prefix, tree.parents()),
          Run.all(leaves.length),
          states == null ? null : inputs);
    }

    int rows() {
      return depth == 0 ? 1 : tree.size() - evaluated;
    }

    /** Gives every leaf its children; whether these are to grow too. */
    boolean extend(Logits logits, int row) {
      int from = depth == 0 ? -1 : evaluated;
      int to = depth == 0 ? 0 : tree.size();
      if (depth == 0) {
        session.commit(seat.place(), prefix);
      }
      evaluated = to;
      for (int leaf = from; leaf < to; leaf++) {
        boolean ends = leaf >= 0 && tokenizer.isEnd(tree.token(leaf));
        if (!ends) {
          int room = session.capacity() - seat.text().length() - tree.size();
          tree.grow(leaf, logits, row + leaf - from, Math.min(branches[depth], room));
        }
      }
      depth++;
      boolean goesOn = depth < depths && evaluated < tree.size();
      if (goesOn && states != null) {
        keepStates(row - from);
      }
      return goesOn;
    }

    /**
     * @param row of the last forward that belongs to node 0; that of node -1 is the one before
     */
    private void keepStates(int row) {
      int size = states.size();
      float[] own = session.hidden();
      inputs = new float[(tree.size() - evaluated) * size];
      for (int node = evaluated; node < tree.size(); node++) {
        System.arraycopy(
            own, (row + tree.parent(node)) * size, inputs, (node - evaluated) * size, size);
      }
    }

    /** The evaluated nodes that the text went on with. */
    int[] kept() {
      int[] path = new int[evaluated];
      int count = 0;
      int node = -1;
      // The newest token is left for the next round to evaluate: its row is the one wanted.
      for (int at = prefix; at < seat.text().length() - 1; at++) {
        node = tree.child(node, seat.text().slice(at, at + 1)[0]);
        if (node < 0 || node >= evaluated) {
          break;
        }
        path[count++] = node;
      }
      return Arrays.copyOf(path, count);
    }
  }
}
