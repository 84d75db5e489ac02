package org.decodebench.core.checkpoint;

import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.ModelConfig.Positions;
import org.decodebench.core.model.ModelConfig.RopeScaling;

/** What must hold between the numbers of a configuration, whatever file it came from. */
final class ConfigChecks {
  private ConfigChecks() {}

  /**
   * @param file for messages
   * @throws UsageException naming the numbers that disagree
   */
  static void check(String file, ModelConfig c) {
    require(file, c.vocabSize() > 0 && c.hiddenSize() > 0, "sizes must be positive");
    require(file, c.layers() > 0 && c.layers() <= 100_000, "%d layers".formatted(c.layers()));
    require(
        file,
        c.heads() > 0 && c.kvHeads() > 0 && c.heads() % c.kvHeads() == 0,
        "%d query heads are no multiple of %d key/value heads".formatted(c.heads(), c.kvHeads()));
    require(
        file,
        c.headSize() > 0 && (long) c.heads() * c.headSize() <= 1 << 24,
        "%d heads of size %d".formatted(c.heads(), c.headSize()));
    require(
        file,
        c.normEpsilon() >= 0 && c.normEpsilon() < 1,
        "norm epsilon is " + c.normEpsilon() + ", not from 0 to 1");
    require(
        file,
        c.maskTokenId().orElse(0) < c.vocabSize(),
        "mask token %s in a vocabulary of %d".formatted(c.maskTokenId(), c.vocabSize()));
    require(
        file,
        c.paradigm() != Paradigm.BLOCK_DIFFUSION || c.blockSize() > 0,
        "a block-diffusion model needs a block size");
    if (c.positions() instanceof Positions.Rope rope) {
      checkRope(file, c, rope);
    }
  }

  private static void checkRope(String file, ModelConfig c, Positions.Rope rope) {
    require(
        file,
        rope.rotary() > 0 && rope.rotary() <= c.headSize() && rope.rotary() % 2 == 0,
        "%d rotary components in heads of size %d".formatted(rope.rotary(), c.headSize()));
    require(
        file,
        rope.theta() > 0 && Double.isFinite(rope.theta()),
        "rotary base " + rope.theta() + " is not positive");
    boolean good =
        switch (rope.scaling()) {
          case RopeScaling.None none -> true;
          case RopeScaling.Linear linear -> linear.factor() > 0;
          case RopeScaling.Llama3 l ->
              l.factor() > 0
                  && l.lowFrequencyFactor() > 0
                  && l.highFrequencyFactor() > l.lowFrequencyFactor()
                  && l.originalContext() > 0;
        };
    require(file, good, "rotary scaling makes no sense: " + rope.scaling());
  }

  private static void require(String file, boolean good, String what) {
    if (!good) {
      throw new UsageException(file + ": configuration: " + what);
    }
  }
}
