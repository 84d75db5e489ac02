package org.decodebench.diffusion.decode;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.diffusion.decode.SequenceDecode.Phase;

/** Drives the sequences of a batch: one forward at a time for all that are not done. */
final class LockStep {
  private final Session session;
  private final DecodeListener listener;
  private final PhaseClock clock = new PhaseClock();

  LockStep(Session session, DecodeListener listener) {
    this.session = session;
    this.listener = listener;
  }

  DecodeResult run(List<? extends SequenceDecode> sequences) {
    List<Run> runs = new ArrayList<>();
    List<SequenceDecode> active = new ArrayList<>(sequences);
    active.removeIf(SequenceDecode::done);
    while (!active.isEmpty()) {
      runs.clear();
      Set<Phase> planned = EnumSet.noneOf(Phase.class);
      for (SequenceDecode sequence : active) {
        planned.add(sequence.plan(runs));
      }
      clock.skip();
      Logits logits = session.forward(runs);
      // A mixed forward is the slowest kind's: what its denoising rows would have cost anyway.
      Phase phase = planned.size() == 1 ? planned.iterator().next() : Phase.DENOISE;
      clock.lap(phase.name().toLowerCase(Locale.ROOT));
      if (planned.contains(Phase.PREFILL)) {
        listener.prefilled();
      }
      int row = 0;
      for (SequenceDecode sequence : active) {
        row = sequence.accept(logits, row);
      }
      clock.lap("sample");
      active.removeIf(SequenceDecode::done);
    }
    return DecodeResult.of(sequences.stream().map(SequenceDecode::result).toList(), clock.phases());
  }
}
