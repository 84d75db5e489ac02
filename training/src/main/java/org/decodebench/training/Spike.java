package org.decodebench.training;

import java.nio.file.*;
import java.util.*;
import org.decodebench.core.model.ModelConfig.Paradigm;

public final class Spike {
  public static void main(String[] a) throws Exception {
    int hidden = Integer.parseInt(a[0]), heads = Integer.parseInt(a[1]), mlp = Integer.parseInt(a[2]), threads = Integer.parseInt(a[3]), batch = Integer.parseInt(a[4]);
    Paradigm p = Paradigm.valueOf(a[5]);
    int steps = Integer.parseInt(a[6]);
    double lr = Double.parseDouble(a[7]);
    double beta2 = Double.parseDouble(a[8]);
    int layers = Integer.parseInt(a[9]);
    TrainConfig c = new TrainConfig("x", p, 8, new TrainConfig.Data(Optional.empty(), Optional.empty(), 96),
        new TrainConfig.NetworkShape(hidden, layers, heads, heads / 2, 32, mlp), steps * 96L * batch, batch, 0.1,
        new TrainConfig.Optimizer(lr, 0.05, 0.1, 0.1, 0.9, beta2, 1), 1, threads, Path.of("x"));
    var source = (org.decodebench.core.source.Source) Class.forName("org.decodebench.core.source.TalesSource").getConstructor().newInstance();
    System.out.println("entropy " + source.entropyRate());
    try (var m = Torch.open(threads)) {
      Trainer t = new Trainer(m, c, new CanvasData.OfSource(source, 2, 1));
      System.out.println("parameters " + ParameterShapes.count(t.network().config()));
      long t0 = System.nanoTime(), tok0 = 0; double s = 0;
      for (int i = 0; i < steps; i++) {
        var r = t.train(); s += r.nll();
        if (r.step() % 50 == 0) { System.out.printf("%d nll %.4f norm %.2f tok/s %.0f%n", r.step(), s/50, r.gradientNorm(), (r.tokens()-tok0) / ((System.nanoTime() - t0) / 1e9)); t0 = System.nanoTime(); tok0=r.tokens(); s = 0; }
      }
      System.out.println("held-out " + t.heldOut(256, 1));
    }
  }
}
