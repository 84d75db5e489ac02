package org.decodebench.diffusion.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.decodebench.core.model.Logits;
import org.decodebench.core.sampling.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemaskingTest {
  private static final int POSITIONS = 40_000;
  private static final int STEPS = 20;

  /** A canvas of very many positions, so that shares are as good as probabilities. */
  private static final class Field implements Step {
    private final BitSet placed = new BitSet();
    private final BitSet after = new BitSet();
    private final Chance chance = Chance.of(new RandomStream(1, 2));
    private int remasked;

    @Override
    public int index() {
      return 0;
    }

    @Override
    public int[] masked() {
      BitSet masked = new BitSet();
      masked.set(0, POSITIONS);
      masked.andNot(placed);
      return masked.stream().toArray();
    }

    @Override
    public int[] placed() {
      return placed.stream().toArray();
    }

    @Override
    public int token(int position) {
      return 0;
    }

    @Override
    public Prediction at(int position) {
      return new Prediction(new Logits(new float[] {0, 0, 0}, 1, 3), 0, 2);
    }

    @Override
    public double key(int position) {
      throw new AssertionError("not needed");
    }

    @Override
    public int interval(int position, int intervals) {
      throw new AssertionError("not needed");
    }

    @Override
    public boolean flip(double p, int position, int tick) {
      assertTrue(p >= -1e-12 && p <= 1 + 1e-12, "probability " + p);
      return chance.flip(p, position, tick);
    }

    @Override
    public int trial(int position) {
      throw new AssertionError("not needed");
    }

    @Override
    public int commit(int position) {
      after.set(position);
      return 0;
    }

    @Override
    public void commit(int position, int token) {
      throw new AssertionError("not needed");
    }

    @Override
    public void remask(int position) {
      after.clear(position);
      remasked++;
    }

    void next() {
      placed.clear();
      placed.or(after);
    }
  }

  @ParameterizedTest
  @CsvSource({"CAP, 0", "CAP, 0.1", "RESCALE, 0.5", "RESCALE, 1", "CONFIDENCE, 1"})
  void theShareOfPlacedPositionsIsThatOfMaskedDiffusionAtEveryTime(
      Remasking.Schedule schedule, double eta) {
    UnmaskingPolicy policy = new Remasking(schedule, eta, STEPS).begin(POSITIONS);
    Field field = new Field();
    for (int k = 1; k <= STEPS; k++) {
      policy.step(field);
      field.next();
      // Five standard deviations of a share.
      assertEquals((double) k / STEPS, field.placed.cardinality() / (double) POSITIONS, 0.0125);
    }
    assertTrue(policy.done(0));
    assertEquals(eta > 0, field.remasked > 0);
  }

  @Test
  void theLoopStaysAtNineTenthsWhileItRemasks() {
    UnmaskingPolicy policy = new Remasking(Remasking.Schedule.LOOP, 0.02, STEPS).begin(POSITIONS);
    Field field = new Field();
    for (int k = 1; k <= STEPS; k++) {
      int before = field.remasked;
      policy.step(field);
      field.next();
      double t = 1 - (double) k / STEPS;
      double share = field.placed.cardinality() / (double) POSITIONS;
      double expected = t > 0.55 ? (1 - t) * 0.9 / 0.45 : t > 0.04 ? 0.9 : 1;
      assertEquals(expected, share, 0.0125, "after step " + k);
      assertEquals(t + 1.0 / STEPS <= 0.55 + 1e-9 && t > 0.04, field.remasked > before);
    }
  }
}
