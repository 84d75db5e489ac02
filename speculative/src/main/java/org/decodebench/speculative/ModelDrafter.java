package org.decodebench.speculative;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.ar.Continuation;
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
 * A smaller autoregressive model drafts token by token, with the target's sampling settings
 * (2211.17192, 2302.01318). All texts share its forwards.
 *
 * <p>Its cache holds a text up to where the two still agree. The last drafted token is never
 * evaluated, so after a fully accepted draft the cache is one token shorter than the target's, and
 * the next round begins with two.
 */
final class ModelDrafter implements Drafter {
  private final Session session;
  private final Sampler sampler;
  private final boolean greedy;
  private final double confidence;
  private final int prefillChunk;
  private final Tokenizer tokenizer;

  /** By place: the text whose tokens the cache was last given. */
  private final int[][] evaluated;

  ModelDrafter(DecodeRequest request, ModelDrafting method, int capacity, int width) {
    session = method.model().open(capacity, width);
    sampler = method.text().sampler(request);
    greedy = method.text().sampling().greedy();
    confidence = method.confidence();
    prefillChunk = method.prefillChunk();
    tokenizer = method.model().tokenizer();
    evaluated = new int[width][];
  }

  @Override
  public void enter(List<Seat> seats) {
    for (Seat seat : seats) {
      session.truncate(seat.place(), 0);
      evaluated[seat.place()] = seat.text().slice(0, seat.text().length());
    }
    Prefill.run(
        session,
        seats.stream().mapToInt(Seat::place).toArray(),
        seats.stream().map(Seat::text).toList(),
        prefillChunk,
        Prefill.NO_ROWS);
  }

  @Override
  public List<Draft> draft(List<Seat> seats, int[] most) {
    List<Chain> chains = new ArrayList<>();
    for (int i = 0; i < most.length; i++) {
      chains.add(new Chain(seats.get(i), most[i]));
    }
    List<Chain> growing = chains;
    while (!growing.isEmpty()) {
      Logits logits = session.forward(growing.stream().map(Chain::run).toList());
      List<Chain> next = new ArrayList<>();
      for (int row = 0; row < growing.size(); row++) {
        Chain chain = growing.get(row);
        if (chain.extend(logits, row)) {
          next.add(chain);
        }
      }
      growing = next;
    }
    return chains.stream().map(Chain::draft).toList();
  }

  @Override
  public void settle(List<Seat> seats) {
    for (Seat seat : seats) {
      int place = seat.place();
      // The text's newest token is left for the next round to evaluate: its row is the one wanted.
      int[] known = seat.text().slice(0, seat.text().length() - 1);
      int differs = Arrays.mismatch(evaluated[place], known);
      int agreed = differs < 0 ? known.length : differs;
      session.truncate(place, Math.min(session.length(place), agreed));
    }
  }

  @Override
  public void close() {
    session.close();
  }

  /** A text with its draft so far. */
  private final class Chain {
    final Seat seat;
    final int most;
    final List<double[]> proposals = new ArrayList<>();
    int[] text;

    Chain(Seat seat, int most) {
      this.seat = seat;
      this.most = most;
      text = seat.text().slice(0, seat.text().length());
    }

    /** What the cache lacks: the newest token, or two after a fully accepted draft. */
    Run run() {
      int from = session.length(seat.place());
      int[] tokens = Arrays.copyOfRange(text, from, text.length);
      return new Run(seat.place(), tokens, from, Attention.CAUSAL, Run.last(tokens.length));
    }

    /** Drafts one more token; whether another may follow it. */
    boolean extend(Logits logits, int row) {
      session.commit(seat.place(), text.length);
      evaluated[seat.place()] = text;
      // The decision must not depend on the token drawn: leaving out what was drawn and found
      // improbable would bias the text.
      if (confidence > 0 && 1 / logits.mass(row, -1).sum() < confidence) {
        return false;
      }
      double[] q = greedy ? null : new double[logits.vocab()];
      int token = draw(logits, row, q);
      proposals.add(q);
      text = Arrays.copyOf(text, text.length + 1);
      text[text.length - 1] = token;
      return proposals.size() < most && !tokenizer.isEnd(token);
    }

    private int draw(Logits logits, int row, double[] q) {
      Continuation given = seat.text();
      History history = new History(text, text.length, given.prompt());
      if (q == null) {
        return sampler.sample(logits, row, history, 0);
      }
      sampler.distribution(logits.values(row), logits.offset(row), history, q);
      return Distributions.sample(q, given.uniform(text.length, Verifier.draw(0)));
    }

    Draft draft() {
      int length = seat.text().length();
      return Draft.chain(
          Arrays.copyOfRange(text, length, text.length), proposals.toArray(double[][]::new));
    }
  }
}
