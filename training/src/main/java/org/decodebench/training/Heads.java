package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.tensor.Tensor;

/**
 * Heads that read a frozen network's hidden states: what is trained of them, their loss, and how
 * they are stored.
 */
interface Heads extends AutoCloseable {

  /** What is trained. */
  Map<String, NDArray> parameters();

  /**
   * @param loss scalar, to minimise, a mean over positions
   * @param nll nats of the data's tokens under each depth of a draft (EAGLE: the next alone)
   * @param correct share of positions whose most probable token is the target's, by depth
   */
  record Outcome(NDArray loss, double[] nll, double[] correct) {}

  /**
   * @param hidden the target's states {@code [batch * width][hidden]}
   */
  Outcome outcome(NDManager scratch, Canvas[] canvases, NDArray hidden, RandomStream noise);

  /** The configuration that is stored with them. */
  ModelConfig config();

  /** Tensors by the names that the runtime reads. */
  Map<String, Tensor> tensors();

  @Override
  void close();
}
