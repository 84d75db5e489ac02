package org.decodebench.ar;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.NBestDecoder.Hypothesis;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;

/** One call of the beam decoder: the searches of all prompts, a step at a time together. */
final class BeamBatch {
  private final DecodeListener listener;
  private final Session session;
  private final BeamDecoder settings;
  private final Sampler sampler;
  private final List<BeamSearch> searches = new ArrayList<>();
  private final PhaseClock clock;

  BeamBatch(
      DecodeRequest request,
      DecodeListener listener,
      Session session,
      BeamDecoder settings,
      PhaseClock clock) {
    this.clock = clock;
    this.listener = listener;
    this.session = session;
    this.settings = settings;
    sampler = settings.text().sampler(request);
    for (int index = 0; index < request.prompts().size(); index++) {
      searches.add(
          new BeamSearch(index, settings.text().continuation(request, index), session, settings));
    }
  }

  List<List<Hypothesis>> run() {
    clock.skip();
    Logits logits =
        Prefill.run(
            session,
            searches.stream().mapToInt(search -> search.live().getFirst().slot()).toArray(),
            searches.stream().map(search -> search.live().getFirst().text()).toList(),
            settings.prefillChunk(),
            Prefill.LAST_ROW);
    clock.lap("prefill");
    listener.prefilled();
    List<BeamSearch> open = searches;
    for (int step = 0; !open.isEmpty(); step++) {
      int row = 0;
      for (BeamSearch search : open) {
        int rows = search.live().size();
        search.step(logits, row, sampler, clock);
        search.report(listener, step);
        row += rows;
      }
      open = open.stream().filter(search -> !search.done()).toList();
      if (!open.isEmpty()) {
        logits = forward(open);
      }
    }
    return searches.stream().map(BeamSearch::nBest).toList();
  }

  private Logits forward(List<BeamSearch> open) {
    List<Run> runs = new ArrayList<>();
    for (BeamSearch search : open) {
      for (BeamSearch.Beam beam : search.live()) {
        runs.add(
            Prefill.run(
                session, beam.slot(), beam.text(), settings.prefillChunk(), Prefill.LAST_ROW));
      }
    }
    clock.skip();
    Logits logits = session.forward(runs);
    clock.lap("decode");
    for (Run run : runs) {
      session.commit(run.sequence(), run.end());
    }
    return logits;
  }
}
