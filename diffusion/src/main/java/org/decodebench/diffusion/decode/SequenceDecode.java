package org.decodebench.diffusion.decode;

import java.util.List;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;

/**
 * One sequence on its way through a decode: says what to evaluate next and takes the answer, so
 * that any number of sequences share their forwards.
 */
interface SequenceDecode {

  /** What a forward is for. */
  enum Phase {
    PREFILL,
    DENOISE,
    CACHE
  }

  boolean done();

  /** Adds what this sequence needs next; called only while it is not done. */
  Phase plan(List<Run> runs);

  /**
   * Takes the logits of what was planned.
   *
   * @param firstRow of this sequence
   * @return the first row that is not its own
   */
  int accept(Logits logits, int firstRow);

  /** The emitted tokens, once done. */
  DecodeResult.Sequence result();
}
