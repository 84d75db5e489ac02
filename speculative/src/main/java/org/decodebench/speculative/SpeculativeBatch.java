package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.ar.Continuation;
import org.decodebench.ar.Prefill;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;

/**
 * One call of a speculative decoder. Between rounds the target's cache holds every text but its
 * last token; a round drafts, evaluates that token and the draft in one forward, verifies, and
 * keeps the accepted part of the cache.
 */
final class SpeculativeBatch {
  private final DecodeRequest request;
  private final DecodeListener listener;
  private final Session target;
  private final Drafter drafter;
  private final Verifier verifier;
  private final SpeculativeDecoder settings;
  private final PhaseClock clock = new PhaseClock();
  private final AcceptanceCounts counts = new AcceptanceCounts();
  private final DecodeResult.Sequence[] results;
  private List<Seat> live = new ArrayList<>();
  private int waiting;
  private int step;

  SpeculativeBatch(
      DecodeRequest request,
      DecodeListener listener,
      Session target,
      Drafter drafter,
      Verifier verifier,
      SpeculativeDecoder settings) {
    this.request = request;
    this.listener = listener;
    this.target = target;
    this.drafter = drafter;
    this.verifier = verifier;
    this.settings = settings;
    results = new DecodeResult.Sequence[request.prompts().size()];
  }

  DecodeResult run() {
    enter(IntStream.range(0, target.width()).boxed().toList());
    while (!live.isEmpty()) {
      round();
      enter(leave());
    }
    return new DecodeResult(
        Arrays.asList(results),
        counts.drafted(),
        counts.accepted(),
        counts.verifications(),
        counts.at(),
        clock.phases());
  }

  /** Waiting texts take the free places: prompts into both caches, and the first token. */
  private void enter(List<Integer> free) {
    List<Seat> seats = new ArrayList<>();
    for (int place : free) {
      if (waiting < results.length) {
        target.truncate(place, 0);
        seats.add(seat(place));
      }
    }
    if (seats.isEmpty()) {
      return;
    }
    boolean first = live.isEmpty() && step == 0;
    clock.skip();
    drafter.enter(seats);
    PromptStates states =
        drafter.readsTarget()
            ? new PromptStates(target, drafter, seats, request.model().config().hiddenSize())
            : null;
    Logits logits =
        Prefill.run(
            target,
            seats.stream().mapToInt(Seat::place).toArray(),
            seats.stream().map(Seat::text).toList(),
            settings.prefillChunk(),
            states == null ? Prefill.LAST_ROW : states);
    clock.lap("prefill");
    if (first) {
      listener.prefilled();
    }
    for (int i = 0; i < seats.size(); i++) {
      place(seats.get(i), Draft.EMPTY, logits, states == null ? i : states.lastRow(i));
    }
    clock.lap("sample");
    live.addAll(seats);
    step++;
    enter(leave());
  }

  private Seat seat(int place) {
    return new Seat(
        waiting,
        place,
        settings.text().continuation(request, waiting++),
        new DraftLength(settings.k(), settings.adaptive(), settings.costs().orAssumed()));
  }

  private void round() {
    clock.skip();
    int[] most =
        live.stream().mapToInt(s -> Math.min(s.length().next(), s.text().room() - 1)).toArray();
    List<Draft> drafts = drafts(most);
    clock.lap("draft");
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < live.size(); i++) {
      runs.add(run(live.get(i), drafts.get(i)));
    }
    Logits logits = target.forward(runs);
    clock.lap("verify");
    int row = 0;
    for (int i = 0; i < live.size(); i++) {
      int length = live.get(i).text().length();
      int[] path = place(live.get(i), drafts.get(i), logits, row);
      counts.add(drafts.get(i), path.length);
      keep(live.get(i), drafts.get(i), path);
      if (drafter.readsTarget()) {
        tell(live.get(i), length, path, row);
      }
      row += drafts.get(i).size() + 1;
    }
    step++;
  }

  /** The states of what was the text's last token and of the drafted tokens that stay. */
  private void tell(Seat seat, int length, int[] path, int row) {
    float[] hidden = target.hidden();
    int size = request.model().config().hiddenSize();
    drafter.heard(seat, length - 1, hidden, row * size);
    for (int i = 0; i < path.length; i++) {
      drafter.heard(seat, length + i, hidden, (row + 1 + path[i]) * size);
    }
  }

  /** A text with room for one token only needs no draft. */
  private List<Draft> drafts(int[] most) {
    int[] worth = IntStream.range(0, most.length).filter(i -> most[i] > 0).toArray();
    List<Draft> drafts = new ArrayList<>();
    live.forEach(seat -> drafts.add(Draft.EMPTY));
    if (worth.length > 0) {
      List<Draft> drafted =
          drafter.draft(
              Arrays.stream(worth).mapToObj(live::get).toList(),
              Arrays.stream(worth).map(i -> most[i]).toArray());
      for (int i = 0; i < worth.length; i++) {
        drafts.set(worth[i], drafted.get(i));
      }
    }
    return drafts;
  }

  /** The text's last token, which the cache lacks, and the draft after it. */
  private Run run(Seat seat, Draft draft) {
    Continuation text = seat.text();
    int first = text.length() - 1;
    int[] tokens = new int[draft.size() + 1];
    tokens[0] = text.slice(first, first + 1)[0];
    System.arraycopy(draft.tokens(), 0, tokens, 1, draft.size());
    if (draft.size() > 0) {
      listener.drafted(seat.index(), step, text.generated(), draft.tokens());
    }
    return new Run(seat.place(), tokens, first, attention(draft, first), Run.all(tokens.length));
  }

  private static Attention attention(Draft draft, int prefix) {
    if (draft.isChain()) {
      return Attention.CAUSAL;
    }
    int[] parents = new int[draft.size() + 1];
    parents[0] = -1;
    for (int j = 0; j < draft.size(); j++) {
      parents[j + 1] = draft.parents()[j] + 1;
    }
    return new Attention.Tree(prefix, parents);
  }

  /** The accepted nodes of a draft, and what the target says after them, into the text. */
  private int[] place(Seat seat, Draft draft, Logits logits, int row) {
    Continuation text = seat.text();
    int from = text.generated();
    int[] path = verifier.verify(draft, text, logits, row);
    seat.length().learn(draft.maxDepth(), path.length);
    int[] tokens = text.slice(text.prompt() + from, text.length());
    int[] positions = IntStream.range(from, text.generated()).toArray();
    listener.committed(seat.index(), step, positions, tokens, false);
    return path;
  }

  private void keep(Seat seat, Draft draft, int[] path) {
    clock.lap("sample");
    int committed = target.length(seat.place());
    if (draft.isChain()) {
      target.commit(seat.place(), committed + 1 + path.length);
    } else {
      int[] nodes = new int[path.length + 1];
      for (int i = 0; i < path.length; i++) {
        nodes[i + 1] = path[i] + 1;
      }
      target.commitPath(seat.place(), nodes);
    }
    clock.lap("cache");
  }

  /** Texts that are done leave. */
  private List<Integer> leave() {
    List<Integer> free = new ArrayList<>();
    List<Seat> staying = new ArrayList<>();
    for (Seat seat : live) {
      if (seat.text().done()) {
        results[seat.index()] = seat.text().result();
        free.add(seat.place());
      } else {
        staying.add(seat);
      }
    }
    live = staying;
    drafter.settle(live);
    clock.lap("cache");
    return free;
  }
}
