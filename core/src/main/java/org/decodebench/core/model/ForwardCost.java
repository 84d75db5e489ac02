package org.decodebench.core.model;

import java.util.List;

/**
 * What a forward must read and compute at least, counted from shapes (not measured). A model that
 * knows its stored types offers it; for a source both are zero.
 */
public interface ForwardCost {

  /** Bytes of weights in their stored type and of visible cache, each read once. */
  long bytes(List<Run> runs);

  /** Multiply-adds × 2. */
  long flops(List<Run> runs);

  ForwardCost ZERO =
      new ForwardCost() {
        @Override
        public long bytes(List<Run> runs) {
          return 0;
        }

        @Override
        public long flops(List<Run> runs) {
          return 0;
        }
      };
}
