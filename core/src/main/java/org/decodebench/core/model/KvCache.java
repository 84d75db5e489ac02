package org.decodebench.core.model;

import org.decodebench.core.kernel.KeyValues;
import org.decodebench.core.tensor.DType;

/** Keys and values of one sequence in all layers. */
final class KvCache {
  private final KeyValues[] layers;

  KvCache(ModelConfig config, int capacity, DType type) {
    layers = new KeyValues[config.layers()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new KeyValues(config.kvHeads(), config.headSize(), capacity, type);
    }
  }

  KeyValues layer(int layer) {
    return layers[layer];
  }

  /** Keys and values of a slot in all layers: {@code [layer][key, value][kvHead][headSize]}. */
  float[] read(int slot) {
    int size = layers[0].heads() * layers[0].headSize();
    float[] out = new float[layers.length * 2 * size];
    for (int i = 0; i < layers.length; i++) {
      layers[i].load(slot, out, 2 * i * size, out, (2 * i + 1) * size);
    }
    return out;
  }

  /** Moves drafted nodes, in ascending order, to the positions after the prefix. */
  void moveNodes(int prefix, int[] nodes) {
    for (int i = 0; i < nodes.length; i++) {
      if (nodes[i] != i) {
        for (KeyValues layer : layers) {
          layer.move(prefix + nodes[i], prefix + i);
        }
      }
    }
  }

  /** Takes over the first {@code count} positions of another sequence. */
  void copy(KvCache from, int count) {
    if (from != this) {
      for (int i = 0; i < layers.length; i++) {
        layers[i].copy(from.layers[i], count);
      }
    }
  }
}
