package org.decodebench.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig.Paradigm;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads and checks a training configuration. Paths in it are relative to the current folder. */
final class TrainConfigReader {
  private static final int MOST = 1 << 16;

  private TrainConfigReader() {}

  /**
   * @throws UsageException naming file, field and what was expected
   */
  static TrainConfig read(Path file) {
    Fields root = new Fields(file, "", tree(file));
    String name = name(root);
    Paradigm paradigm =
        switch (root.choice(
            "objective",
            "next-token",
            "masked-diffusion",
            "block-diffusion",
            "uniform-diffusion")) {
          case "next-token" -> Paradigm.AUTOREGRESSIVE;
          case "masked-diffusion" -> Paradigm.MASKED_DIFFUSION;
          case "uniform-diffusion" -> Paradigm.UNIFORM_DIFFUSION;
          default -> Paradigm.BLOCK_DIFFUSION;
        };
    int block = block(root, paradigm);
    Optional<String> init = root.optionalText("init");
    TrainConfig.Data data = data(root.section("data"));
    TrainConfig.NetworkShape shape = shape(root.section("network"));
    Fields budget = root.section("budget");
    long tokens = budget.whole("tokens", 1, Long.MAX_VALUE / 2);
    int batch = (int) budget.whole("batch", 1, MOST);
    double crop = budget.number("crop", 0, 1, 0.1);
    budget.end();
    TrainConfig.Optimizer optimizer = optimizer(root.section("optimizer"));
    long seed = root.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE, 1);
    int threads = (int) root.whole("threads", 1, 1024, Runtime.getRuntime().availableProcessors());
    Path output = Path.of(root.text("output"));
    root.end();
    return new TrainConfig(
        name, paradigm, block, init, data, shape, tokens, batch, crop, optimizer, seed, threads,
        output);
  }

  static String name(Fields root) {
    String name = root.text("name");
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw root.bad("name", "letters, digits, dots, dashes and underscores");
    }
    return name;
  }

  static JsonNode tree(Path file) {
    try {
      return new YAMLMapper().readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UsageException("cannot read configuration " + file + ": " + e.getMessage(), e);
    } catch (JacksonException e) {
      var at = e.getLocation();
      throw new UsageException(
          "%s: line %d: no YAML: %s"
              .formatted(
                  file,
                  at == null ? 0 : at.getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private static int block(Fields root, Paradigm paradigm) {
    if (paradigm == Paradigm.BLOCK_DIFFUSION) {
      return (int) root.whole("block", 1, MOST);
    }
    if (root.whole("block", 0, MOST, 0) != 0) {
      throw root.bad("block", "none with this objective: only block-diffusion has blocks");
    }
    return 0;
  }

  private static TrainConfig.Data data(Fields fields) {
    Optional<String> source = fields.optionalText("source");
    Optional<Path> text = fields.optionalText("text").map(Path::of);
    int canvas = (int) fields.whole("canvas", 4, MOST);
    fields.end();
    if (source.isPresent() == text.isPresent()) {
      throw fields.bad("source", "either a source or a text, not both and not none");
    }
    return new TrainConfig.Data(source, text, canvas);
  }

  private static TrainConfig.NetworkShape shape(Fields fields) {
    TrainConfig.NetworkShape shape =
        new TrainConfig.NetworkShape(
            (int) fields.whole("hidden", 1, MOST),
            (int) fields.whole("layers", 1, 1024),
            (int) fields.whole("heads", 1, 1024),
            (int) fields.whole("kv-heads", 1, 1024),
            (int) fields.whole("head-size", 2, 1024),
            (int) fields.whole("mlp", 1, MOST));
    fields.end();
    if (shape.heads() % shape.kvHeads() != 0) {
      throw fields.bad("kv-heads", "a divisor of heads (" + shape.heads() + ")");
    }
    if (shape.headSize() % 2 != 0) {
      throw fields.bad("head-size", "an even number: rotary embedding turns pairs");
    }
    return shape;
  }

  static TrainConfig.Optimizer optimizer(Fields fields) {
    TrainConfig.Optimizer optimizer =
        new TrainConfig.Optimizer(
            fields.number("learning-rate", 1e-9, 10),
            fields.number("warmup", 0, 1, 0.05),
            fields.number("final", 0, 1, 0.05),
            fields.number("weight-decay", 0, 10, 0.1),
            fields.number("beta1", 0, 0.9999, 0.9),
            fields.number("beta2", 0, 0.99999, 0.98),
            fields.number("clip", 1e-6, 1e6, 1));
    fields.end();
    return optimizer;
  }
}
