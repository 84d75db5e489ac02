package org.decodebench.diffusion.decode;

import org.decodebench.diffusion.policy.Prediction;

/** Sees what a policy is about to see: for diagnoses that run beside a decode. */
@FunctionalInterface
public interface StepObserver {

  /**
   * @param sequence index in the batch
   * @param step of the decoder
   * @param canvas all tokens, masks included; not to be changed
   * @param positions that are predicted, ascending; absolute
   * @param predictions of these positions, valid during the call
   */
  void predicted(int sequence, int step, int[] canvas, int[] positions, Prediction[] predictions);

  StepObserver NONE = (sequence, step, canvas, positions, predictions) -> {};
}
