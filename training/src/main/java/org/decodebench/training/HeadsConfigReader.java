package org.decodebench.training;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;

/** Reads and checks a configuration of heads; paths in it are relative to the current folder. */
final class HeadsConfigReader {
  private static final int MOST = 1 << 16;
  private static final int MOST_HEADS = 16;

  private HeadsConfigReader() {}

  /** Whether a configuration's objective is one of heads. */
  static boolean isFor(Path file) {
    JsonNode root = TrainConfigReader.tree(file);
    String objective = root.path("objective").asString("");
    return objective.equals("medusa") || objective.equals("eagle");
  }

  /**
   * @throws org.decodebench.core.UsageException naming file, field and what was expected
   */
  static HeadsConfig read(Path file) {
    Fields root = new Fields(file, "", TrainConfigReader.tree(file));
    String name = TrainConfigReader.name(root);
    HeadsConfig.Kind kind =
        root.choice("objective", "medusa", "eagle").equals("medusa")
            ? HeadsConfig.Kind.MEDUSA
            : HeadsConfig.Kind.EAGLE;
    String target = root.text("target");
    int count = kind == HeadsConfig.Kind.MEDUSA ? (int) root.whole("heads", 1, MOST_HEADS) : 0;
    HeadsConfig.LayerShape shape =
        kind == HeadsConfig.Kind.EAGLE ? shape(root.section("network")) : null;
    Fields data = root.section("data");
    String source = data.text("source");
    int canvas = (int) data.whole("canvas", 4, MOST);
    data.end();
    Fields budget = root.section("budget");
    long tokens = budget.whole("tokens", 1, Long.MAX_VALUE / 2);
    int batch = (int) budget.whole("batch", 1, MOST);
    budget.end();
    TrainConfig.Optimizer optimizer = TrainConfigReader.optimizer(root.section("optimizer"));
    long seed = root.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE, 1);
    int threads = (int) root.whole("threads", 1, 1024, Runtime.getRuntime().availableProcessors());
    Path output = Path.of(root.text("output"));
    root.end();
    return new HeadsConfig(
        name, kind, target, count, shape, source, canvas, tokens, batch, optimizer, seed, threads,
        output);
  }

  private static HeadsConfig.LayerShape shape(Fields fields) {
    HeadsConfig.LayerShape shape =
        new HeadsConfig.LayerShape(
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
}
