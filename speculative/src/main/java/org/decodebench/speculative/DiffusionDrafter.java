package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Distributions;
import org.decodebench.core.sampling.History;
import org.decodebench.core.sampling.Sampler;

/**
 * A diffusion model fills masks after the text in one forward, and what it puts there is the draft
 * (SpecDiff 2408.05636, DFlash 2602.06036 without the target's hidden states). Each token is drawn
 * from its own position's distribution, so the target can judge it; that the draft does not know
 * its own earlier tokens costs acceptance, not exactness.
 *
 * <p>A block-diffusion model keeps the complete blocks of the text in its cache; a masked-diffusion
 * model reads the whole text anew each round.
 */
final class DiffusionDrafter implements Drafter {
  private final Session session;
  private final ModelConfig config;
  private final Sampler sampler;
  private final boolean greedy;
  private final int mask;
  private final float[] row;

  DiffusionDrafter(DecodeRequest request, DiffusionDrafting method, int capacity, int width) {
    config = method.model().config();
    int whole = Math.ceilDiv(capacity, Math.max(1, config.blockSize())) * config.blockSize();
    session =
        method.model().open(Math.min(config.contextLength(), Math.max(capacity, whole)), width);
    sampler = method.text().sampler(request);
    greedy = method.text().sampling().greedy();
    mask = config.maskTokenId().orElseThrow();
    row = new float[config.vocabSize()];
  }

  @Override
  public void enter(List<Seat> seats) {
    seats.forEach(seat -> session.truncate(seat.place(), 0));
  }

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      runs.add(run(seats.get(i), most[i]));
    }
    Logits logits = session.forward(runs);
    List<Draft> drafts = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < most.length; i++) {
      drafts.add(fill(seats.get(i), logits, first, runs.get(i).rows().length));
      commitBlocks(seats.get(i));
      first += runs.get(i).rows().length;
    }
    return drafts;
  }

  /** What the cache lacks of the text, then masks. */
  private Run run(Seat seat, int most) {
    int length = seat.text().length();
    int from = session.length(seat.place());
    int block = config.blockSize();
    int end = length + most;
    if (block > 0) {
      // Blocks were only ever seen whole.
      end = Math.min(Math.ceilDiv(end, block) * block, session.capacity());
    }
    int[] tokens = new int[end - from];
    Arrays.fill(tokens, mask);
    System.arraycopy(seat.text().slice(from, length), 0, tokens, 0, length - from);
    int[] rows = new int[Math.min(most, end - length)];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = length + i - config.logitShift() - from;
    }
    Attention attention =
        block > 0 ? new Attention.BlockCausal(block, end) : new Attention.Bidirectional(end);
    return new Run(seat.place(), tokens, from, attention, rows);
  }

  private Draft fill(Seat seat, Logits logits, int first, int count) {
    int length = seat.text().length();
    int[] text = seat.text().with(new int[count], count);
    double[][] proposals = new double[count][];
    for (int i = 0; i < count; i++) {
      if (sampler.isArgmax()) {
        text[length + i] = logits.peak(first + i, mask).token();
        continue;
      }
      System.arraycopy(logits.values(first + i), logits.offset(first + i), row, 0, row.length);
      row[mask] = Float.NEGATIVE_INFINITY;
      History history = new History(text, length + i, seat.text().prompt());
      if (greedy) {
        text[length + i] = sampler.sample(new Logits(row, 1, row.length), 0, history, 0);
      } else {
        proposals[i] = new double[row.length];
        sampler.distribution(row, 0, history, proposals[i]);
        double u = seat.text().uniform(length + i, Verifier.draw(0));
        text[length + i] = Distributions.sample(proposals[i], u);
      }
    }
    return Draft.chain(Arrays.copyOfRange(text, length, length + count), proposals);
  }

  /** The blocks that are text throughout were just evaluated as such: they are final. */
  private void commitBlocks(Seat seat) {
    if (config.blockSize() > 0) {
      // Where rows answer for the next position, the newest token's row is wanted next time.
      int known = seat.text().length() - config.logitShift();
      int whole = known / config.blockSize() * config.blockSize();
      if (whole > session.length(seat.place())) {
        session.commit(seat.place(), whole);
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
