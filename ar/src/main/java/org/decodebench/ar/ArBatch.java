package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;

/** One call of the autoregressive decoder: places of a session, and the texts that pass by. */
final class ArBatch {
  private final DecodeRequest request;
  private final DecodeListener listener;
  private final Session session;
  private final int chunk;
  private final Sampler sampler;
  private final PhaseClock clock = new PhaseClock();
  private final Place[] places;
  private final DecodeResult.Sequence[] results;
  private int waiting;
  private int step;

  /**
   * A text in its place of the session.
   *
   * @param index which prompt of the request
   * @param pause rounds to sit out first
   */
  private record Place(int index, Continuation text, int pause) {}

  ArBatch(DecodeRequest request, DecodeListener listener, Session session, ArDecoder settings) {
    this.request = request;
    this.listener = listener;
    this.session = session;
    this.chunk = settings.prefillChunk();
    this.sampler = settings.sampling().sampler(request.model().config().vocabSize());
    this.places = new Place[session.width()];
    this.results = new DecodeResult.Sequence[request.prompts().size()];
  }

  DecodeResult run() {
    int rounds = seat();
    for (int round = 1; live(); round++) {
      List<Run> runs = runs();
      clock.skip();
      Logits logits = session.forward(runs);
      clock.lap(round <= rounds ? "prefill" : "decode");
      if (round == rounds) {
        listener.prefilled();
      }
      commit(runs, logits);
      clock.lap("sample");
    }
    return DecodeResult.of(Arrays.asList(results), clock.phases());
  }

  /**
   * Seats the first texts so that their prefills, of different lengths, end in the same round: the
   * prefill is over at one moment.
   *
   * @return the number of prefill rounds
   */
  private int seat() {
    int rounds = 0;
    for (int i = 0; i < places.length; i++) {
      rounds = Math.max(rounds, rounds(i));
    }
    for (int i = 0; i < places.length; i++) {
      places[i] = new Place(waiting, new Continuation(request, waiting), rounds - rounds(i));
      waiting++;
    }
    return rounds;
  }

  private int rounds(int prompt) {
    return Math.ceilDiv(request.prompts().get(prompt).tokens().length, chunk);
  }

  private boolean live() {
    for (Place place : places) {
      if (place != null) {
        return true;
      }
    }
    return false;
  }

  /** What each live text still owes the cache, at most a chunk: its prompt or its last token. */
  private List<Run> runs() {
    List<Run> runs = new ArrayList<>(places.length);
    for (int p = 0; p < places.length; p++) {
      Place place = places[p];
      if (place == null) {
        continue;
      }
      if (place.pause > 0) {
        places[p] = new Place(place.index, place.text, place.pause - 1);
        continue;
      }
      int from = session.length(p);
      int to = Math.min(place.text.length(), from + chunk);
      int[] rows = to == place.text.length() ? Run.last(to - from) : Run.none();
      runs.add(new Run(p, place.text.slice(from, to), from, Attention.CAUSAL, rows));
    }
    return runs;
  }

  private void commit(List<Run> runs, Logits logits) {
    int row = 0;
    for (Run run : runs) {
      int p = run.sequence();
      session.commit(p, run.end());
      if (run.rows().length == 1) {
        extend(p, logits, row++);
      }
    }
    step++;
  }

  private void extend(int p, Logits logits, int row) {
    Place place = places[p];
    Continuation text = place.text;
    int token =
        sampler.sample(
            logits.values(), logits.offset(row), text.history(), text.uniform(text.length(), 0));
    int position = text.generated();
    text.append(token);
    listener.committed(place.index, step, new int[] {position}, new int[] {token}, false);
    if (text.done()) {
      results[place.index] = text.result();
      replace(p);
    }
  }

  /** A waiting text takes the place of one that is done. */
  private void replace(int p) {
    if (waiting < results.length) {
      session.truncate(p, 0);
      places[p] = new Place(waiting, new Continuation(request, waiting), 0);
      waiting++;
    } else {
      places[p] = null;
    }
  }
}
