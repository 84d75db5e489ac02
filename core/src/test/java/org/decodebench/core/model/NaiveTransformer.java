package org.decodebench.core.model;

import java.util.function.BiPredicate;

/**
 * The transformer written once more from its definition, in double precision: whole sequence at
 * once, no cache, a mask instead of ranges. The opposite number of {@link CpuTransformer} in tests.
 */
final class NaiveTransformer {
  private final WeightSource source;
  private final ModelConfig c;

  NaiveTransformer(WeightSource source) {
    this.source = source;
    this.c = source.config();
  }

  /**
   * @param positions of the tokens in the text
   * @param sees whether the row of the first index sees the second
   * @return {@code [tokens][vocab]}
   */
  double[][] logits(int[] tokens, int[] positions, BiPredicate<Integer, Integer> sees) {
    int n = tokens.length;
    double[][] embedding = matrix("model.embed_tokens.weight");
    double[][] x = new double[n][];
    for (int i = 0; i < n; i++) {
      x[i] = embedding[tokens[i]].clone();
      if (c.positions() instanceof ModelConfig.Positions.Learned) {
        x[i] = plus(x[i], matrix("model.embed_positions.weight")[positions[i]]);
      }
    }
    for (int l = 0; l < c.layers(); l++) {
      String layer = "model.layers." + l + ".";
      double[][] mixed = attention(layer, x, positions, sees);
      for (int i = 0; i < n; i++) {
        x[i] = plus(x[i], linear(layer + "self_attn.o_proj", mixed[i]));
        double[] h = norm(layer + "post_attention_layernorm", x[i]);
        x[i] = plus(x[i], linear(layer + "mlp.down_proj", mlp(layer, h)));
      }
    }
    double[][] out = new double[n][];
    for (int i = 0; i < n; i++) {
      double[] h = norm("model.norm", x[i]);
      out[i] = c.tiedEmbeddings() ? times(embedding, h) : linear("lm_head", h);
    }
    return out;
  }

  private double[] mlp(String layer, double[] h) {
    double[] up = linear(layer + "mlp.up_proj", h);
    double[] out = new double[up.length];
    double[] gate = c.mlp() == ModelConfig.Mlp.SWIGLU ? linear(layer + "mlp.gate_proj", h) : null;
    for (int i = 0; i < up.length; i++) {
      out[i] =
          gate != null
              ? gate[i] / (1 + Math.exp(-gate[i])) * up[i]
              : 0.5
                  * up[i]
                  * (1
                      + Math.tanh(
                          Math.sqrt(2 / Math.PI) * (up[i] + 0.044715 * Math.pow(up[i], 3))));
    }
    return out;
  }

  private double[][] attention(
      String layer, double[][] x, int[] positions, BiPredicate<Integer, Integer> sees) {
    int n = x.length;
    double[][][] q = new double[n][][];
    double[][][] k = new double[n][][];
    double[][][] v = new double[n][][];
    for (int i = 0; i < n; i++) {
      double[] h = norm(layer + "input_layernorm", x[i]);
      q[i] = turned(heads(linear(layer + "self_attn.q_proj", h)), layer + "q", positions[i]);
      k[i] = turned(heads(linear(layer + "self_attn.k_proj", h)), layer + "k", positions[i]);
      v[i] = heads(linear(layer + "self_attn.v_proj", h));
    }
    double[][] mixed = new double[n][c.querySize()];
    for (int i = 0; i < n; i++) {
      for (int head = 0; head < c.heads(); head++) {
        int shared = head * c.kvHeads() / c.heads();
        double[] p = new double[n];
        double total = 0;
        for (int j = 0; j < n; j++) {
          if (sees.test(i, j)) {
            double s = 0;
            for (int d = 0; d < c.headSize(); d++) {
              s += q[i][head][d] * k[j][shared][d];
            }
            p[j] = Math.exp(s / Math.sqrt(c.headSize()));
            total += p[j];
          }
        }
        for (int j = 0; j < n; j++) {
          for (int d = 0; d < c.headSize(); d++) {
            mixed[i][head * c.headSize() + d] += p[j] / total * v[j][shared][d];
          }
        }
      }
    }
    return mixed;
  }

  private double[][] heads(double[] all) {
    double[][] out = new double[all.length / c.headSize()][c.headSize()];
    for (int i = 0; i < all.length; i++) {
      out[i / c.headSize()][i % c.headSize()] = all[i];
    }
    return out;
  }

  private double[][] turned(double[][] heads, String name, int position) {
    for (double[] head : heads) {
      if (c.qkNorm()) {
        String layer = name.substring(0, name.length() - 1);
        String norm = layer + "self_attn." + name.charAt(name.length() - 1) + "_norm.weight";
        double[] y = rms(head, matrix(norm)[0]);
        System.arraycopy(y, 0, head, 0, y.length);
      }
      if (c.positions() instanceof ModelConfig.Positions.Rope rope) {
        int half = rope.rotary() / 2;
        for (int i = 0; i < half; i++) {
          double angle = position * frequency(rope, i);
          double a = head[i];
          double b = head[i + half];
          head[i] = a * Math.cos(angle) - b * Math.sin(angle);
          head[i + half] = a * Math.sin(angle) + b * Math.cos(angle);
        }
      }
    }
    return heads;
  }

  private static double frequency(ModelConfig.Positions.Rope rope, int i) {
    double f = 1 / Math.pow(rope.theta(), 2.0 * i / rope.rotary());
    if (rope.scaling() instanceof ModelConfig.RopeScaling.Linear linear) {
      return f / linear.factor();
    }
    if (rope.scaling() instanceof ModelConfig.RopeScaling.Llama3 s) {
      // As in transformers' modeling_rope_utils: by wavelength.
      double wave = 2 * Math.PI / f;
      double longest = s.originalContext() / s.lowFrequencyFactor();
      double shortest = s.originalContext() / s.highFrequencyFactor();
      if (wave < shortest) {
        return f;
      }
      if (wave > longest) {
        return f / s.factor();
      }
      double smooth =
          (s.originalContext() / wave - s.lowFrequencyFactor())
              / (s.highFrequencyFactor() - s.lowFrequencyFactor());
      return (1 - smooth) * f / s.factor() + smooth * f;
    }
    return f;
  }

  private double[] norm(String name, double[] x) {
    double[] weight = matrix(name + ".weight")[0];
    if (c.norm() == ModelConfig.Norm.RMS) {
      return rms(x, weight);
    }
    double mean = 0;
    for (double v : x) {
      mean += v / x.length;
    }
    double variance = 0;
    for (double v : x) {
      variance += (v - mean) * (v - mean) / x.length;
    }
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = (x[i] - mean) / Math.sqrt(variance + c.normEpsilon()) * weight[i];
    }
    return source.find(name + ".bias").isPresent() ? plus(out, matrix(name + ".bias")[0]) : out;
  }

  private double[] rms(double[] x, double[] weight) {
    double squares = 0;
    for (double v : x) {
      squares += v * v / x.length;
    }
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] / Math.sqrt(squares + c.normEpsilon()) * weight[i];
    }
    return out;
  }

  private double[] linear(String name, double[] x) {
    double[] y = times(matrix(name + ".weight"), x);
    return source.find(name + ".bias").isPresent() ? plus(y, matrix(name + ".bias")[0]) : y;
  }

  private static double[] times(double[][] w, double[] x) {
    double[] y = new double[w.length];
    for (int r = 0; r < w.length; r++) {
      for (int i = 0; i < x.length; i++) {
        y[r] += w[r][i] * x[i];
      }
    }
    return y;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private double[][] matrix(String name) {
    var tensor = source.find(name).orElseThrow();
    double[][] out = new double[tensor.rows()][tensor.columns()];
    float[] row = new float[tensor.columns()];
    for (int r = 0; r < out.length; r++) {
      tensor.readRow(r, row, 0);
      for (int i = 0; i < row.length; i++) {
        out[r][i] = row[i];
      }
    }
    return out;
  }
}
