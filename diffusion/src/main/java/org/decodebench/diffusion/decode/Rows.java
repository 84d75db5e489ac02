package org.decodebench.diffusion.decode;

import java.util.Arrays;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.diffusion.policy.Prediction;

/**
 * From positions to the rows of logits that predict them: row i predicts token i, or token i + 1
 * where {@code logitShift} is 1.
 */
final class Rows {
  private final int shift;
  private final int maskId;

  Rows(ModelConfig config) {
    this.shift = config.logitShift();
    this.maskId = config.maskTokenId().orElseThrow();
  }

  int shift() {
    return shift;
  }

  /** Row indices, within a run from {@code first}, that predict the positions. */
  int[] wanted(int[] positions, int first) {
    return Arrays.stream(positions).map(p -> p - shift - first).toArray();
  }

  /** Predictions for {@code count} positions, the first one's in {@code firstRow}. */
  Prediction[] predictions(int count, Logits logits, int firstRow) {
    Prediction[] predictions = new Prediction[count];
    for (int i = 0; i < count; i++) {
      predictions[i] = new Prediction(logits, firstRow + i, maskId);
    }
    return predictions;
  }
}
