package org.decodebench.training;

import java.util.Optional;

/**
 * What one forward of training needs. The loss is Σ weights[i] · −log p(targets[i] | row rows[i]);
 * for noise of random tokens, Σ weights[i] · the divergence of row rows[i]'s step.
 *
 * @param tokens network inputs {@code [batch][width]}
 * @param positions text position of each column, {@code [width]}
 * @param seen attention mask {@code [width][width]}
 * @param rows rows that carry loss, as indices into the flattened {@code [batch * width]}
 * @param targets the token that each of these rows predicts
 * @param weights the weight of each of these rows
 * @param carriers positions whose likelihood the loss stands for: the divisor for the optimiser
 * @param textTokens text tokens (first end included) in the canvases: the divisor for reports
 * @param steps of the rows under noise of random tokens; empty for the other objectives
 */
record Batch(
    int[][] tokens,
    int[] positions,
    boolean[][] seen,
    int[] rows,
    int[] targets,
    float[] weights,
    long carriers,
    long textTokens,
    Optional<UniformSteps> steps) {

  /** Canvas tokens, the clean copy of block diffusion not counted again. */
  long canvasTokens() {
    int distinct = 0;
    for (int i = 0; i < positions.length; i++) {
      distinct = Math.max(distinct, positions[i] + 1);
    }
    return (long) tokens.length * distinct;
  }
}
