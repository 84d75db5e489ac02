package org.decodebench.training;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.source.Sources;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tensor.Tensor;

/** Small networks and runs for tests. */
final class Tiny {
  static final CanvasData TALES = new CanvasData.OfSource(Sources.byName("tales"), 2, 7);

  private Tiny() {}

  /** A run on short Tales canvases. */
  static TrainConfig config(Paradigm paradigm, int block, int steps, Path output) {
    int batch = 4;
    int canvas = 24;
    return new TrainConfig(
        "tiny",
        paradigm,
        block,
        Optional.empty(),
        new TrainConfig.Data(Optional.of("tales"), Optional.empty(), canvas),
        new TrainConfig.NetworkShape(32, 2, 4, 2, 8, 48),
        (long) steps * batch * canvas,
        batch,
        0.2,
        new TrainConfig.Optimizer(5e-3, 0.1, 0.1, 0.1, 0.9, 0.95, 1),
        11,
        1,
        output);
  }

  static ModelConfig model(Paradigm paradigm, int block) {
    return config(paradigm, block, 1, Path.of("unused")).model(TALES.vocabSize(), 2);
  }

  /** First values, made large enough that every part of the network matters. */
  static Map<String, float[]> parameters(ModelConfig model, long seed) {
    Map<String, float[]> values = ParameterShapes.initial(model, seed);
    values.forEach((name, v) -> {
      for (int i = 0; i < v.length; i++) {
        v[i] = v.length == model.hiddenSize() ? 1 + 0.3f * (i % 5 - 2) : 4 * v[i];
      }
    });
    return values;
  }

  /** Parameters as what runtimes load. */
  record Weights(ModelConfig config, Map<String, Tensor> tensors) implements WeightSource {
    static Weights of(ModelConfig config, Map<String, float[]> parameters) {
      return new Weights(config, HuggingFaceWeights.tensors(config, parameters, DType.F32));
    }

    @Override
    public String name() {
      return "tiny";
    }

    @Override
    public Set<String> names() {
      return tensors.keySet();
    }

    @Override
    public Optional<Tensor> find(String name) {
      return Optional.ofNullable(tensors.get(name));
    }
  }

  static CpuTransformer cpu(Weights weights) {
    return new CpuTransformer(
        "tiny", weights, Sources.byName("tales").tokenizer(), new RuntimeOptions(1, Backend.AUTO));
  }
}
