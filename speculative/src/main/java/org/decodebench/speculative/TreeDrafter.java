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
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * A smaller model drafts a tree of a fixed shape, one forward a depth (SpecInfer 2305.09781):
 * children of a node are drawn without replacement, or at temperature 0 are its most probable
 * tokens.
 */
final class TreeDrafter implements Drafter {
  private final Session session;
  private final Sampler sampler;
  private final boolean greedy;
  private final int[] branches;
  private final int prefillChunk;
  private final Tokenizer tokenizer;
  private final Growth[] last;

  TreeDrafter(DecodeRequest request, TreeDrafting method, int capacity, int width) {
    session = method.chain().model().open(capacity, width);
    sampler = method.chain().text().sampler(request);
    greedy = method.chain().text().sampling().greedy();
    branches = method.branches();
    prefillChunk = method.chain().prefillChunk();
    tokenizer = method.chain().model().tokenizer();
    last = new Growth[width];
  }

  @Override
  public void enter(List<Seat> seats) {
    for (Seat seat : seats) {
      session.truncate(seat.place(), 0);
      last[seat.place()] = null;
    }
    Prefill.run(
        session,
        seats.stream().mapToInt(Seat::place).toArray(),
        seats.stream().map(Seat::text).toList(),
        prefillChunk,
        false);
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
    return growths.stream().map(Growth::draft).toList();
  }

  @Override
  public void settle(List<Seat> seats) {
    for (Seat seat : seats) {
      Growth growth = last[seat.place()];
      if (growth != null) {
        session.commitPath(seat.place(), growth.kept());
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
    private final Seat seat;
    private final int depths;
    private final int prefix;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<double[]> proposals = new ArrayList<>();
    private int depth;

    /** Nodes before this one have been evaluated; those from it on are the leaves to grow. */
    private int evaluated;

    Growth(Seat seat, int depths) {
      this.seat = seat;
      this.depths = depths;
      prefix = seat.text().length();
    }

    /** The text's unread tokens, or the leaves. */
    Run run() {
      if (depth == 0) {
        int from = session.length(seat.place());
        int[] unread = seat.text().slice(from, prefix);
        return new Run(seat.place(), unread, from, Attention.CAUSAL, Run.last(unread.length));
      }
      int[] leaves = ints(tokens.subList(evaluated, tokens.size()));
      return new Run(
          seat.place(),
          leaves,
          prefix + evaluated,
          new Attention.Tree(prefix, ints(parents)),
          Run.all(leaves.length));
    }

    int rows() {
      return depth == 0 ? 1 : tokens.size() - evaluated;
    }

    /** Gives every leaf its children; whether these are to grow too. */
    boolean extend(Logits logits, int row) {
      int from = depth == 0 ? -1 : evaluated;
      int to = depth == 0 ? 0 : tokens.size();
      if (depth == 0) {
        session.commit(seat.place(), prefix);
      }
      evaluated = depth == 0 ? 0 : to;
      for (int leaf = from; leaf < to; leaf++) {
        boolean ends = leaf >= 0 && tokenizer.isEnd(tokens.get(leaf));
        if (!ends) {
          addChildren(leaf, logits, row + leaf - from);
        }
      }
      depth++;
      return depth < depths && evaluated < tokens.size();
    }

    private void addChildren(int leaf, Logits logits, int row) {
      int room = session.capacity() - prefix - tokens.size();
      int count = Math.min(branches[depth], room);
      if (greedy) {
        for (int token : largest(logits, row, count)) {
          add(token, leaf, null);
        }
        return;
      }
      int[] path = path(leaf);
      double[] q = new double[logits.vocab()];
      History history = new History(path, path.length, seat.text().prompt());
      sampler.distribution(logits.values(), logits.offset(row), history, q);
      for (int c = 0; c < count && q != null; c++) {
        double u = seat.text().uniform(path.length, Verifier.draw(c));
        int token = Distributions.sample(q, u);
        add(token, leaf, q);
        q = without(q, token);
      }
    }

    private void add(int token, int parent, double[] q) {
      tokens.add(token);
      parents.add(parent);
      proposals.add(q);
    }

    /** The text and the tokens down to a node. */
    private int[] path(int node) {
      List<Integer> reversed = new ArrayList<>();
      for (int j = node; j >= 0; j = parents.get(j)) {
        reversed.add(tokens.get(j));
      }
      return seat.text().with(ints(reversed.reversed()), reversed.size());
    }

    Draft draft() {
      return new Draft(ints(tokens), ints(parents), proposals.toArray(double[][]::new));
    }

    /** The evaluated nodes that the text went on with. */
    int[] kept() {
      List<Integer> path = new ArrayList<>();
      int node = -1;
      // The newest token is left for the next round to evaluate: its row is the one wanted.
      for (int at = prefix; at < seat.text().length() - 1; at++) {
        node = child(node, seat.text().slice(at, at + 1)[0]);
        if (node < 0 || node >= evaluated) {
          break;
        }
        path.add(node);
      }
      return ints(path);
    }

    private int child(int parent, int token) {
      for (int j = Math.max(0, parent); j < tokens.size(); j++) {
        if (parents.get(j) == parent && tokens.get(j) == token) {
          return j;
        }
      }
      return -1;
    }
  }

  /** q given that it is not this token; null if nothing else is possible. */
  private static double[] without(double[] q, int token) {
    double rest = 0;
    for (int v = 0; v < q.length; v++) {
      rest += v == token ? 0 : q[v];
    }
    if (rest <= 0) {
      return null;
    }
    double[] others = new double[q.length];
    for (int v = 0; v < q.length; v++) {
      others[v] = v == token ? 0 : q[v] / rest;
    }
    return others;
  }

  /** The tokens with the largest logits, the lowest id first among equals. */
  private static int[] largest(Logits logits, int row, int count) {
    int[] best = new int[Math.max(0, count)];
    float[] values =
        Arrays.copyOfRange(
            logits.values(), logits.offset(row), logits.offset(row) + logits.vocab());
    for (int i = 0; i < best.length; i++) {
      best[i] = Distributions.argmax(values, 0, values.length);
      values[best[i]] = Float.NEGATIVE_INFINITY;
    }
    return best;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
