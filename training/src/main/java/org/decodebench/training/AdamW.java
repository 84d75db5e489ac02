package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (1711.05101) with clipping of the gradient's global norm. Decay is decoupled and applies to
 * matrices only, not to the embedding: it would pull tokens that play one role (the nouns of one
 * sort) together, and a network that cannot tell them apart cannot learn to recall which one a text
 * is about.
 */
final class AdamW {
  private static final double EPSILON = 1e-8;

  private final NDManager manager;
  private final Map<String, NDArray> parameters;
  private final TrainConfig.Optimizer settings;
  private final Map<String, NDArray> first = new LinkedHashMap<>();
  private final Map<String, NDArray> second = new LinkedHashMap<>();

  AdamW(Network network, TrainConfig.Optimizer settings) {
    this(network.manager(), network.parameters(), settings);
  }

  AdamW(NDManager manager, Map<String, NDArray> parameters, TrainConfig.Optimizer settings) {
    this.manager = manager;
    this.parameters = parameters;
    this.settings = settings;
    parameters.forEach((name, p) -> {
      first.put(name, manager.zeros(p.getShape()));
      second.put(name, manager.zeros(p.getShape()));
    });
  }

  Map<String, NDArray> first() {
    return first;
  }

  Map<String, NDArray> second() {
    return second;
  }

  /**
   * Updates the parameters from their gradients, then clears these.
   *
   * @param step counts from 1
   * @return the gradient's norm before clipping
   */
  double step(long step, double rate) {
    try (NDManager scratch = manager.newSubManager()) {
      Map<String, NDArray> gradients = new LinkedHashMap<>();
      parameters.forEach((name, p) -> {
        NDArray gradient = p.getGradient();
        gradient.attach(scratch);
        gradients.put(name, gradient);
      });
      double norm = norm(gradients);
      double scale = Math.min(1, settings.clip() / (norm + 1e-12));
      double rate1 = rate / (1 - Math.pow(settings.beta1(), step));
      double correction2 = 1 / Math.sqrt(1 - Math.pow(settings.beta2(), step));
      parameters.forEach((name, p) -> {
        NDArray g = gradients.get(name);
        NDArray m = first.get(name);
        NDArray v = second.get(name);
        m.muli(settings.beta1()).addi(g.mul(scale * (1 - settings.beta1())));
        v.muli(settings.beta2()).addi(g.square().muli(scale * scale * (1 - settings.beta2())));
        NDArray denominator = v.sqrt();
        denominator.attach(scratch);
        denominator.muli(correction2).addi(EPSILON);
        if (p.getShape().dimension() > 1 && !name.equals("embedding")) {
          p.muli(1 - rate * settings.weightDecay());
        }
        NDArray update = m.div(denominator);
        update.attach(scratch);
        p.subi(update.muli(rate1));
        g.muli(0);
      });
      return norm;
    }
  }

  private static double norm(Map<String, NDArray> gradients) {
    NDArray total = null;
    for (NDArray g : gradients.values()) {
      NDArray square = g.square().sum();
      total = total == null ? square : total.addi(square);
    }
    return Math.sqrt(total.getFloat());
  }
}
