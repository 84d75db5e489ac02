package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Medusa heads (2401.10774): from the target's hidden state that gave the text's last token, each
 * head answers for one of the tokens after it, all in one small forward. The heads know neither
 * that last token nor each other's, which costs acceptance, not exactness.
 */
final class MedusaDrafter implements Drafter {
  private final Session session;
  private final Sampler sampler;
  private final boolean greedy;
  private final int[] branches;
  private final int capacity;
  private final Tokenizer tokenizer;
  private final TargetStates states;

  MedusaDrafter(DecodeRequest request, MedusaDrafting method, int capacity, int width) {
    this.capacity = capacity;
    session = method.model().open(1, width);
    sampler = method.text().sampler(request);
    greedy = method.text().sampling().greedy();
    branches = method.branches();
    tokenizer = method.model().tokenizer();
    states = new TargetStates(method.model().inputSize(), capacity, width);
  }

  @Override
  public void enter(List<Seat> seats) {
    states.enter(seats);
  }

  @Override
  public boolean readsTarget() {
    return true;
  }

  @Override
  public void heard(Seat seat, int position, float[] hidden, int offset) {
    states.heard(seat, position, hidden, offset);
  }

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      runs.add(run(seats.get(i), Math.min(most[i], branches.length)));
    }
    Logits logits = session.forward(runs);
    List<Draft> drafts = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < most.length; i++) {
      int depths = runs.get(i).rows().length;
      drafts.add(tree(seats.get(i), logits, row, depths));
      row += depths;
    }
    return drafts;
  }

  private Run run(Seat seat, int depths) {
    int position = seat.text().length() - 2;
    return new Run(
        seat.place(),
        new int[1],
        0,
        Attention.CAUSAL,
        Run.all(depths),
        states.slice(seat.place(), position, position + 1));
  }

  private Draft tree(Seat seat, Logits logits, int row, int depths) {
    DraftTree tree = new DraftTree(seat, sampler, greedy);
    int[] level = {-1};
    for (int depth = 0; depth < depths && level.length > 0; depth++) {
      int first = tree.size();
      for (int leaf : level) {
        if (leaf < 0 || !tokenizer.isEnd(tree.token(leaf))) {
          int room = capacity - seat.text().length() - tree.size();
          tree.grow(leaf, logits, row + depth, Math.min(branches[depth], room));
        }
      }
      level = IntStream.range(first, tree.size()).toArray();
    }
    return tree.draft();
  }

  @Override
  public void close() {
    session.close();
  }
}
