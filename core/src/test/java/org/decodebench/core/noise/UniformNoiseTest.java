package org.decodebench.core.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UniformNoiseTest {
  private final SplittableRandom random = new SplittableRandom(6);

  @Test
  void posteriorIsBruteForceBayes() {
    UniformNoise noise = new UniformNoise(4);
    double[] out = new double[4];
    for (int trial = 0; trial < 50; trial++) {
      double alphaS = random.nextDouble();
      double alphaT = alphaS * random.nextDouble();
      int clean = random.nextInt(4);
      int noisy = random.nextInt(4);
      // p(x_s) from the clean token, p(x_t | x_s) by one more step of the process.
      double[] joint = new double[4];
      for (int v = 0; v < 4; v++) {
        double fromClean = (v == clean ? alphaS : 0) + (1 - alphaS) / 4;
        double step = alphaT / alphaS;
        joint[v] = fromClean * ((v == noisy ? step : 0) + (1 - step) / 4);
      }
      double total = Arrays.stream(joint).sum();
      assertEquals(noise.noised(noisy, clean, alphaT), total, 1e-12, "the process is Markov");
      noise.posterior(noisy, clean, alphaT, alphaS, out);
      for (int v = 0; v < 4; v++) {
        assertEquals(joint[v] / total, out[v], 1e-12);
      }
    }
  }

  @Test
  void reverseIsTheMeanOfThePosteriors() {
    UniformNoise noise = new UniformNoise(5);
    double[] posterior = new double[5];
    double[] reverse = new double[5];
    for (int trial = 0; trial < 50; trial++) {
      double alphaS = trial == 0 ? 1 : random.nextDouble();
      double alphaT = trial == 1 ? 0 : alphaS * random.nextDouble();
      int noisy = random.nextInt(5);
      double[] clean = random.doubles(5).toArray();
      double sum = Arrays.stream(clean).sum();
      double[] mean = new double[5];
      for (int c = 0; c < 5; c++) {
        clean[c] /= sum;
        noise.posterior(noisy, c, alphaT, alphaS, posterior);
        for (int v = 0; v < 5; v++) {
          mean[v] += clean[c] * posterior[v];
        }
      }
      noise.reverse(noisy, clean, alphaT, alphaS, reverse);
      for (int v = 0; v < 5; v++) {
        assertEquals(mean[v], reverse[v], 1e-12);
      }
      assertEquals(1, Arrays.stream(reverse).sum(), 1e-12);
    }
  }
}
