package org.decodebench.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Checkpoint;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Tensor;

/**
 * The weights of a model that was trained before, by the names of {@link ParameterShapes}.
 *
 * @param reference an embedded model's name, a file or a folder
 */
record StoredWeights(String reference, ModelConfig config, Map<String, float[]> parameters) {

  /**
   * @throws UsageException if there is no such model, or if it is not of the kind that this module
   *     trains
   */
  static StoredWeights read(String reference) {
    try (Checkpoint checkpoint = Models.open(reference)) {
      return of(reference, checkpoint.weights());
    }
  }

  static StoredWeights of(String reference, WeightSource source) {
    TorchModel.check(reference, source.config());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    source.names().forEach(name -> tensors.put(name, source.find(name).orElseThrow()));
    return new StoredWeights(
        reference, source.config(), HuggingFaceWeights.parameters(source.config(), tensors));
  }

  /**
   * The parameters, for a network of the same shape and another objective.
   *
   * @throws UsageException if the shapes differ
   */
  Map<String, float[]> of(ModelConfig other) {
    Map<String, long[]> wanted = ParameterShapes.of(other);
    boolean same =
        parameters.keySet().equals(wanted.keySet())
            && ParameterShapes.of(config).entrySet().stream()
                .allMatch(e -> Arrays.equals(e.getValue(), wanted.get(e.getKey())))
            && config.headSize() == other.headSize()
            && config.positions().equals(other.positions());
    if (!same) {
      throw new UsageException(
          "init: %s is a network of another shape (%,d parameters) than this configuration's (%,d)"
              .formatted(reference, ParameterShapes.count(config), ParameterShapes.count(other)));
    }
    return parameters;
  }
}
