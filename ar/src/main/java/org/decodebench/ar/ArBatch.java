package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.Sampler;

/** One call of the autoregressive decoder: places of a session, and the texts that pass by. */
final class ArBatch {
  private final DecodeRequest request;
  private final DecodeListener listener;
  private final Session session;
  private final int chunk;
  private final CausalSettings text;
  private final boolean sharePrefix;
  private final double[] logProbabilities;
  private final Sampler sampler;
  private final PhaseClock clock = new PhaseClock();
  private final Place[] places;
  private final DecodeResult.Sequence[] results;
  private int waiting;
  private int step;

  /** A text in its place of the session; {@code index} is its prompt in the request. */
  private record Place(int index, Continuation text) {}

  /**
   * @param logProbabilities of the texts under the model itself, to add up; or null
   */
  ArBatch(
      DecodeRequest request,
      DecodeListener listener,
      Session session,
      ArDecoder settings,
      double[] logProbabilities) {
    this.logProbabilities = logProbabilities;
    this.sharePrefix = settings.sharePrefix();
    this.request = request;
    this.listener = listener;
    this.session = session;
    this.chunk = settings.prefillChunk();
    this.text = settings.text();
    this.sampler = settings.text().sampler(request);
    this.places = new Place[session.width()];
    this.results = new DecodeResult.Sequence[request.prompts().size()];
  }

  DecodeResult run() {
    List<Continuation> first = new ArrayList<>();
    int[] order = new int[places.length];
    for (int p = 0; p < places.length; p++) {
      order[p] = p;
      places[p] = next();
      first.add(places[p].text);
    }
    clock.skip();
    if (sharePrefix) {
      Prefill.share(session, order, first, chunk);
    }
    Logits logits = Prefill.run(session, order, first, chunk, Prefill.LAST_ROW);
    clock.lap("prefill");
    listener.prefilled();
    for (int p = 0; p < places.length; p++) {
      extend(p, logits, p);
    }
    clock.lap("sample");
    for (step = 1; live(); step++) {
      List<Run> runs = runs();
      clock.skip();
      logits = session.forward(runs);
      clock.lap("decode");
      commit(runs, logits);
      clock.lap("sample");
    }
    return DecodeResult.of(Arrays.asList(results), clock.phases());
  }

  private Place next() {
    return new Place(waiting, text.continuation(request, waiting++));
  }

  private boolean live() {
    for (Place place : places) {
      if (place != null) {
        return true;
      }
    }
    return false;
  }

  /** What each live text still owes the cache, at most a chunk: its last token or its prompt. */
  private List<Run> runs() {
    List<Run> runs = new ArrayList<>(places.length);
    for (int p = 0; p < places.length; p++) {
      if (places[p] != null) {
        runs.add(Prefill.run(session, p, places[p].text, chunk, Prefill.LAST_ROW));
      }
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
  }

  private void extend(int p, Logits logits, int row) {
    Place place = places[p];
    Continuation text = place.text;
    int token = sampler.sample(logits, row, text.history(), text.uniform(text.length(), 0));
    if (logProbabilities != null) {
      logProbabilities[place.index] +=
          Distributions.logProbability(
              logits.values(row), logits.offset(row), logits.vocab(), token);
    }
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
      places[p] = next();
    } else {
      places[p] = null;
    }
  }
}
