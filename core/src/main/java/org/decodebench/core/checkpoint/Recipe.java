package org.decodebench.core.checkpoint;

import java.util.Set;

/**
 * How a canonical tensor is made from the tensors of a family's file. In names, {@code #} stands
 * for the number of the layer.
 */
sealed interface Recipe {

  /** A tensor of the file as it is. */
  record As(String name) implements Recipe {}

  /** Rows and columns exchanged: GPT-2 keeps {@code [in][out]}. */
  record Transposed(Recipe of) implements Recipe {}

  /** The rows of queries, keys or values in a fused projection. */
  record Part(Recipe of, Role role) implements Recipe {}

  /**
   * Rows (or values of a vector) times factors.
   *
   * @param onePlus whether the factor is one plus the value
   */
  record Scaled(Recipe of, Recipe factors, boolean onePlus) implements Recipe {}

  /**
   * A chunk of what a modulation layer gives for noise level zero: {@code chunk} of {@code
   * hiddenSize} values of {@code W·c + b}, c the network's constant condition.
   *
   * @param layer name of the modulation layer, without {@code .weight}
   */
  record Modulation(String layer, int chunk) implements Recipe {}

  /** Who reads a row of a fused projection. */
  enum Role {
    QUERY,
    KEY,
    VALUE
  }

  /** Names of the file's tensors that this reads, into {@code names}. */
  default void collect(Set<String> names) {
    switch (this) {
      case As(String name) -> names.add(name);
      case Transposed(Recipe of) -> of.collect(names);
      case Part(Recipe of, Role role) -> of.collect(names);
      case Scaled(Recipe of, Recipe factors, boolean onePlus) -> {
        of.collect(names);
        factors.collect(names);
      }
      case Modulation(String layer, int chunk) -> {
        names.add(layer + ".weight");
        names.add(layer + ".bias");
      }
    }
  }
}
