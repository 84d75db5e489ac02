package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.NBestDecoder.Hypothesis;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Session;
import org.decodebench.core.sampling.Sampler;

/** The search for one prompt. */
final class BeamSearch {
  private static final Comparator<Hypothesis> BEST_FIRST =
      Comparator.comparingDouble(Hypothesis::score).reversed();

  private final int index;
  private final Session session;
  private final BeamDecoder settings;
  private final int firstSlot;
  private final int longest;
  private final List<Hypothesis> finished = new ArrayList<>();
  private List<Beam> live;
  private int reported;
  private boolean done;

  /**
   * A beginning.
   *
   * @param slot of the session
   */
  record Beam(Continuation text, int slot, int group, double logProbability) {}

  /** One more token for a beam; {@code value} is what it competes by. */
  private record Candidate(Beam beam, int token, double logProbability, double value) {}

  BeamSearch(int index, Continuation text, Session session, BeamDecoder settings) {
    this.index = index;
    this.session = session;
    this.settings = settings;
    firstSlot = index * settings.beams();
    longest = text.room();
    live = List.of(new Beam(text, firstSlot, 0, 0));
  }

  /** In the order of their rows. */
  List<Beam> live() {
    return live;
  }

  boolean done() {
    return done;
  }

  List<Hypothesis> nBest() {
    return finished.stream().sorted(BEST_FIRST).limit(settings.beams()).toList();
  }

  /** Extends every beam by a token and keeps the best of each group. */
  void step(Logits logits, int row, Sampler sampler, PhaseClock clock) {
    boolean first = live.size() == 1 && live.getFirst().text().generated() == 0;
    double[][] logp = logProbabilities(logits, row, sampler);
    int[] chosenBefore = new int[logits.vocab()];
    List<Candidate> kept = new ArrayList<>();
    for (int group = 0; group < settings.groups(); group++) {
      List<Candidate> best = select(candidates(group, first, logp, chosenBefore), group);
      best.forEach(candidate -> chosenBefore[candidate.token]++);
      kept.addAll(best);
    }
    clock.lap("sample");
    live = fork(kept);
    clock.lap("cache");
    done = live.isEmpty() || nothingBetter();
  }

  private double[][] logProbabilities(Logits logits, int row, Sampler sampler) {
    double[][] logp = new double[live.size()][logits.vocab()];
    for (int b = 0; b < logp.length; b++) {
      sampler.distribution(
          logits.values(), logits.offset(row + b), live.get(b).text().history(), logp[b]);
      for (int v = 0; v < logp[b].length; v++) {
        logp[b][v] = Math.log(logp[b][v]);
      }
    }
    return logp;
  }

  /** The first step has one beam, from which every group starts. */
  private List<Candidate> candidates(
      int group, boolean first, double[][] logp, int[] chosenBefore) {
    List<Candidate> candidates = new ArrayList<>();
    for (int b = 0; b < live.size(); b++) {
      Beam beam = live.get(b);
      for (int v = 0; (first || beam.group == group) && v < logp[b].length; v++) {
        double total = beam.logProbability + logp[b][v];
        if (total > Double.NEGATIVE_INFINITY) {
          double value = total - settings.diversity() * chosenBefore[v];
          candidates.add(new Candidate(beam, v, total, value));
        }
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::value).reversed());
    return candidates;
  }

  /**
   * The best candidates that go on, as many as a group has beams; those that end on the way are
   * finished texts if they are among the best themselves.
   */
  private List<Candidate> select(List<Candidate> candidates, int group) {
    int size = settings.beams() / settings.groups();
    List<Candidate> kept = new ArrayList<>();
    for (int rank = 0; rank < candidates.size() && kept.size() < size; rank++) {
      Candidate candidate = candidates.get(rank);
      if (rank >= size && candidate.beam.text.room() == 1) {
        break;
      }
      Continuation text = candidate.beam.text.fork();
      text.append(candidate.token);
      if (!text.done()) {
        kept.add(
            new Candidate(
                new Beam(text, candidate.beam.slot, group, candidate.logProbability),
                candidate.token,
                candidate.logProbability,
                candidate.value));
      } else if (rank < size) {
        finish(text, candidate.logProbability);
      }
    }
    return kept;
  }

  private void finish(Continuation text, double logProbability) {
    finished.add(
        new Hypothesis(
            text.result(), logProbability, settings.score(logProbability, text.generated())));
  }

  /** The first child of a beam stays in its slot, the others get copies in slots that are free. */
  private List<Beam> fork(List<Candidate> kept) {
    BitSet taken = new BitSet();
    List<Beam> beams = new ArrayList<>();
    List<Beam> homeless = new ArrayList<>();
    for (Candidate candidate : kept) {
      Beam beam = candidate.beam;
      if (taken.get(beam.slot)) {
        homeless.add(beam);
      } else {
        taken.set(beam.slot);
        beams.add(beam);
      }
    }
    for (Beam beam : homeless) {
      int slot = taken.nextClearBit(firstSlot);
      taken.set(slot);
      session.copy(beam.slot, slot, session.length(beam.slot));
      beams.add(new Beam(beam.text, slot, beam.group, beam.logProbability));
    }
    return beams;
  }

  /** Whether no live beam can still beat the worst of enough finished texts. */
  private boolean nothingBetter() {
    if (finished.size() < settings.beams()) {
      return false;
    }
    double worst = nBest().getLast().score();
    return live.stream().allMatch(beam -> attainable(beam) <= worst);
  }

  /** A text only gets less probable; its length decides what that is divided by. */
  private double attainable(Beam beam) {
    return Math.max(
        settings.score(beam.logProbability, beam.text.generated() + 1),
        settings.score(beam.logProbability, longest));
  }

  /** Tells what is certain: what all live and finished texts have in common. */
  void report(DecodeListener listener, int step) {
    int[] common = null;
    if (done) {
      common = nBest().getFirst().text().tokens();
    } else {
      for (int[] text : texts()) {
        int differs = common == null ? -1 : Arrays.mismatch(common, text);
        common = common == null ? text : differs < 0 ? common : Arrays.copyOf(common, differs);
      }
    }
    if (common != null && common.length > reported) {
      int[] positions = IntStream.range(reported, common.length).toArray();
      int[] tokens = Arrays.copyOfRange(common, reported, common.length);
      listener.committed(index, step, positions, tokens, false);
      reported = common.length;
    }
  }

  private List<int[]> texts() {
    List<int[]> texts = new ArrayList<>();
    live.forEach(beam -> texts.add(beam.text.slice(beam.text.prompt(), beam.text.length())));
    finished.forEach(hypothesis -> texts.add(hypothesis.text().tokens()));
    return texts;
  }
}
