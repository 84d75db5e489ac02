package org.decodebench.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.sampling.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(names = "ANY", mode = EnumSource.Mode.EXCLUDE)
  void aFewStepsLowerTheHeldOutLoss(Paradigm paradigm) {
    TrainConfig config =
        Tiny.config(paradigm, paradigm == Paradigm.BLOCK_DIFFUSION ? 4 : 0, 60, folder);
    try (NDManager manager = Torch.open(1);
        Trainer trainer = new Trainer(manager, config, Tiny.TALES)) {
      double before = trainer.heldOut(16, 1);
      while (trainer.step() < 60) {
        trainer.train();
      }
      double after = trainer.heldOut(16, 1);
      assertTrue(after < before - 0.7, before + " -> " + after);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "ANY", mode = EnumSource.Mode.EXCLUDE)
  void gradientsAreTheSlopesOfTheLoss(Paradigm paradigm) {
    ModelConfig model = Tiny.model(paradigm, 4);
    Objective objective = Tiny.config(paradigm, 4, 1, folder).objective(model.vocabSize(), 2);
    Canvas[] canvases = {Tiny.TALES.training(0, 24), Tiny.TALES.training(1, 24)};
    Batch batch = objective.batch(canvases, new RandomStream(3, 3));
    Map<String, float[]> values = ParameterShapes.initial(model, 9);
    try (NDManager manager = Torch.open(1);
        Network network = Network.of(manager, model, values)) {
      network.parameters().values().forEach(p -> p.setRequiresGradient(true));
      try (NDManager scratch = network.manager().newSubManager();
          GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        collector.backward(Trainer.loss(network, scratch, batch));
      }
      network
          .parameters()
          .forEach((name, p) -> {
            float[] gradient = p.getGradient().toFloatArray();
            int at = steepest(gradient);
            double slope = slope(manager, model, values, name, at, batch);
            assertEquals(slope, gradient[at], 0.02 * Math.abs(slope) + 0.02, name);
          });
    }
  }

  /** DJL frees the memory of a Java number's array while autograd may still need it. */
  @Test
  void gradientsDoNotChangeWhenMemoryIsReusedBeforeTheBackwardPass() throws InterruptedException {
    Map<String, float[]> calm = gradients(false);
    Map<String, float[]> disturbed = gradients(true);
    calm.forEach((name, values) -> assertArrayEquals(values, disturbed.get(name), name));
  }

  private static Map<String, float[]> gradients(boolean disturb) throws InterruptedException {
    ModelConfig model = Tiny.model(Paradigm.AUTOREGRESSIVE, 0);
    Batch batch =
        new Objective.NextToken()
            .batch(new Canvas[] {Tiny.TALES.training(0, 24)}, new RandomStream(0, 0));
    try (NDManager manager = Torch.open(1);
        Network network = Network.of(manager, model, ParameterShapes.initial(model, 2))) {
      network.parameters().values().forEach(p -> p.setRequiresGradient(true));
      try (NDManager scratch = network.manager().newSubManager();
          GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray loss = Trainer.loss(network, scratch, batch);
        if (disturb) {
          System.gc();
          Thread.sleep(100); // the cleaner of direct buffers runs on a thread of its own
          ByteBuffer[] reused = new ByteBuffer[20_000];
          for (int i = 0; i < reused.length; i++) {
            reused[i] = ByteBuffer.allocateDirect(4).putFloat(0, Float.NaN);
          }
          assertTrue(reused[0].isDirect());
        }
        collector.backward(loss);
      }
      Map<String, float[]> gradients = new LinkedHashMap<>();
      network
          .parameters()
          .forEach((name, p) -> gradients.put(name, p.getGradient().toFloatArray()));
      return gradients;
    }
  }

  private static int steepest(float[] gradient) {
    int at = 0;
    for (int i = 0; i < gradient.length; i++) {
      at = Math.abs(gradient[i]) > Math.abs(gradient[at]) ? i : at;
    }
    return at;
  }

  /** Central difference. */
  private static double slope(
      NDManager manager,
      ModelConfig model,
      Map<String, float[]> values,
      String name,
      int at,
      Batch batch) {
    float[] parameter = values.get(name);
    float middle = parameter[at];
    float width = 4e-3f;
    double[] loss = new double[2];
    for (int side = 0; side < 2; side++) {
      parameter[at] = middle + (side == 0 ? -width : width);
      try (Network network = Network.of(manager, model, values);
          NDManager scratch = network.manager().newSubManager()) {
        loss[side] = Trainer.loss(network, scratch, batch).getFloat();
      }
    }
    parameter[at] = middle;
    return (loss[1] - loss[0]) / (2 * width);
  }

  @Test
  void optimiserFollowsTheFormulaOfAdamW() {
    ModelConfig model = Tiny.model(Paradigm.AUTOREGRESSIVE, 0);
    TrainConfig.Optimizer settings = new TrainConfig.Optimizer(0.01, 0, 1, 0.2, 0.9, 0.95, 1);
    try (NDManager manager = Torch.open(1);
        Network network = Network.of(manager, model, ParameterShapes.initial(model, 2))) {
      network.parameters().values().forEach(p -> p.setRequiresGradient(true));
      AdamW optimizer = new AdamW(network, settings);
      double p = network.parameters().get("layers.0.down").toFloatArray()[3];
      double m = 0;
      double v = 0;
      for (int step = 1; step <= 3; step++) {
        Batch batch =
            new Objective.NextToken()
                .batch(new Canvas[] {Tiny.TALES.training(step, 24)}, new RandomStream(0, 0));
        try (NDManager scratch = network.manager().newSubManager();
            GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
          collector.backward(Trainer.loss(network, scratch, batch));
        }
        double squares = 0;
        for (var parameter : network.parameters().values()) {
          for (float g : parameter.getGradient().toFloatArray()) {
            squares += (double) g * g;
          }
        }
        double norm = Math.sqrt(squares);
        assertTrue(norm > 1, "clipping must have something to clip");
        double g = network.parameters().get("layers.0.down").getGradient().toFloatArray()[3] / norm;
        assertEquals(norm, optimizer.step(step, 0.01), 1e-4 * norm);
        m = 0.9 * m + 0.1 * g;
        v = 0.95 * v + 0.05 * g * g;
        double first = m / (1 - Math.pow(0.9, step));
        double second = v / (1 - Math.pow(0.95, step));
        p -= 0.01 * 0.2 * p + 0.01 * first / (Math.sqrt(second) + 1e-8);
        assertEquals(
            p, network.parameters().get("layers.0.down").toFloatArray()[3], 1e-6, "step " + step);
      }
    }
  }

  @Test
  void scheduleWarmsUpAndFallsToItsLastShare() {
    Schedule schedule = new Schedule(2, 10, 110, 0.1);
    assertEquals(0.2, schedule.rate(1), 1e-12);
    assertEquals(2, schedule.rate(10), 1e-12);
    assertEquals(1.1, schedule.rate(60), 1e-12);
    assertEquals(0.2, schedule.rate(110), 1e-12);
  }

  @Test
  void aKilledRunContinuesBitForBit() throws IOException {
    TrainConfig config = Tiny.config(Paradigm.BLOCK_DIFFUSION, 4, 12, folder);
    Map<String, float[]> whole;
    Map<String, float[]> resumed;
    Checkpoint checkpoint = new Checkpoint(folder.resolve("c.bin"), "settings");
    try (NDManager manager = Torch.open(1);
        Trainer trainer = new Trainer(manager, config, Tiny.TALES)) {
      while (trainer.step() < 12) {
        trainer.train();
        if (trainer.step() == 5) {
          checkpoint.save(trainer);
        }
      }
      whole = trainer.network().values();
    }
    try (NDManager manager = Torch.open(1);
        Trainer trainer = new Trainer(manager, config, Tiny.TALES)) {
      checkpoint.load(trainer);
      assertEquals(5, trainer.step());
      while (trainer.step() < 12) {
        trainer.train();
      }
      resumed = trainer.network().values();
    }
    whole.forEach((name, values) -> assertArrayEquals(values, resumed.get(name), name));
  }

  @Test
  void aCheckpointOfOtherSettingsOrCutShortIsRefused() throws IOException {
    TrainConfig config = Tiny.config(Paradigm.AUTOREGRESSIVE, 0, 2, folder);
    Path file = folder.resolve("c.bin");
    try (NDManager manager = Torch.open(1);
        Trainer trainer = new Trainer(manager, config, Tiny.TALES)) {
      new Checkpoint(file, "a").save(trainer);
      assertThrows(UsageException.class, () -> new Checkpoint(file, "b").load(trainer));
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 5));
      assertThrows(UsageException.class, () -> new Checkpoint(file, "a").load(trainer));
    }
  }
}
