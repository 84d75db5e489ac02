package org.decodebench.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntBinaryOperator;

/**
 * Model families in PyTorch, each written from its published definition with the names of its own
 * files. Nothing here is shared with the code under test.
 */
final class FamilyReference {
  /** Names of a layer's parts in families that are shaped like Llama; # is the layer. */
  record Names(
      String embedding,
      String attentionNorm,
      String q,
      String k,
      String v,
      String o,
      String mlpNorm,
      String gate,
      String up,
      String down,
      String norm,
      String head) {}

  static final Names LLAMA =
      new Names(
          "model.embed_tokens",
          "model.layers.#.input_layernorm",
          "model.layers.#.self_attn.q_proj",
          "model.layers.#.self_attn.k_proj",
          "model.layers.#.self_attn.v_proj",
          "model.layers.#.self_attn.o_proj",
          "model.layers.#.post_attention_layernorm",
          "model.layers.#.mlp.gate_proj",
          "model.layers.#.mlp.up_proj",
          "model.layers.#.mlp.down_proj",
          "model.norm",
          "lm_head");

  /** OLMo's: ff_proj is the gate, ff_out of a block the way down, ff_out outside them the head. */
  static final Names LLADA =
      new Names(
          "model.transformer.wte",
          "model.transformer.blocks.#.attn_norm",
          "model.transformer.blocks.#.q_proj",
          "model.transformer.blocks.#.k_proj",
          "model.transformer.blocks.#.v_proj",
          "model.transformer.blocks.#.attn_out",
          "model.transformer.blocks.#.ff_norm",
          "model.transformer.blocks.#.ff_proj",
          "model.transformer.blocks.#.up_proj",
          "model.transformer.blocks.#.ff_out",
          "model.transformer.ln_f",
          "model.transformer.ff_out");

  /**
   * Sizes of a random model.
   *
   * @param headSize of all heads
   * @param frequencies of rotary pairs, or null
   */
  record Sizes(
      int vocab,
      int hidden,
      int layers,
      int heads,
      int kvHeads,
      int headSize,
      int mlp,
      int context,
      double epsilon,
      double[] frequencies) {}

  private final Sizes s;
  private final Random random;
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, int[]> shapes = new LinkedHashMap<>();

  FamilyReference(Sizes sizes, long seed) {
    this.s = sizes;
    this.random = new Random(seed);
  }

  Map<String, float[]> values() {
    return values;
  }

  Map<String, int[]> shapes() {
    return shapes;
  }

  private void add(String name, double mean, double deviation, int... shape) {
    int n = 1;
    for (int size : shape) {
      n *= size;
    }
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) (mean + deviation * random.nextGaussian());
    }
    values.put(name, out);
    shapes.put(name, shape);
  }

  private void matrix(String name, int rows, int columns) {
    add(name, 0, 1.5 / Math.sqrt(columns), rows, columns);
  }

  private void norm(String name) {
    add(name, 1, 0.2, s.hidden);
  }

  FamilyReference llama(Names n, boolean tied, boolean qkvBias, boolean qkNorm) {
    matrix(n.embedding + ".weight", s.vocab, s.hidden);
    for (int i = 0; i < s.layers; i++) {
      String layer = Integer.toString(i);
      norm(n.attentionNorm.replace("#", layer) + ".weight");
      int q = s.heads * s.headSize;
      int kv = s.kvHeads * s.headSize;
      matrix(n.q.replace("#", layer) + ".weight", q, s.hidden);
      matrix(n.k.replace("#", layer) + ".weight", kv, s.hidden);
      matrix(n.v.replace("#", layer) + ".weight", kv, s.hidden);
      if (qkvBias) {
        add(n.q.replace("#", layer) + ".bias", 0, 0.5, q);
        add(n.k.replace("#", layer) + ".bias", 0, 0.5, kv);
        add(n.v.replace("#", layer) + ".bias", 0, 0.5, kv);
      }
      if (qkNorm) {
        String attention = "model.layers." + i + ".self_attn.";
        add(attention + "q_norm.weight", 1, 0.2, s.headSize);
        add(attention + "k_norm.weight", 1, 0.2, s.headSize);
      }
      matrix(n.o.replace("#", layer) + ".weight", s.hidden, q);
      norm(n.mlpNorm.replace("#", layer) + ".weight");
      matrix(n.gate.replace("#", layer) + ".weight", s.mlp, s.hidden);
      matrix(n.up.replace("#", layer) + ".weight", s.mlp, s.hidden);
      matrix(n.down.replace("#", layer) + ".weight", s.hidden, s.mlp);
    }
    norm(n.norm + ".weight");
    if (!tied) {
      matrix(n.head + ".weight", s.vocab, s.hidden);
    }
    return this;
  }

  /** Llama (2302.13971), with Qwen 2's biases and Qwen 3's norms where the file has them. */
  float[] runLlama(NDManager parent, Names n, boolean tied, boolean qkNorm, int[] ids, Mask mask) {
    try (NDManager m = parent.newSubManager()) {
      TorchOps t = new TorchOps(m, arrays(m));
      NDArray allowed = mask.array(m, ids.length);
      NDArray x = t.rows(n.embedding + ".weight", ids);
      for (int i = 0; i < s.layers; i++) {
        String layer = Integer.toString(i);
        NDArray h =
            t.rmsNorm(x, t.weight(n.attentionNorm.replace("#", layer) + ".weight"), s.epsilon);
        NDArray q = t.heads(t.linear(h, n.q.replace("#", layer)), s.heads);
        NDArray k = t.heads(t.linear(h, n.k.replace("#", layer)), s.kvHeads);
        NDArray v = t.heads(t.linear(h, n.v.replace("#", layer)), s.kvHeads);
        if (qkNorm) {
          String attention = "model.layers." + i + ".self_attn.";
          q = t.rmsNorm(q, t.weight(attention + "q_norm.weight"), s.epsilon);
          k = t.rmsNorm(k, t.weight(attention + "k_norm.weight"), s.epsilon);
        }
        NDArray mixed =
            t.attention(t.rotate(q, s.frequencies), t.rotate(k, s.frequencies), v, allowed);
        x = x.add(t.linear(mixed, n.o.replace("#", layer)));
        h = t.rmsNorm(x, t.weight(n.mlpNorm.replace("#", layer) + ".weight"), s.epsilon);
        NDArray gated =
            t.silu(t.linear(h, n.gate.replace("#", layer)))
                .mul(t.linear(h, n.up.replace("#", layer)));
        x = x.add(t.linear(gated, n.down.replace("#", layer)));
      }
      x = t.rmsNorm(x, t.weight(n.norm + ".weight"), s.epsilon);
      return t.linear(x, tied ? n.embedding : n.head).toFloatArray();
    }
  }

  FamilyReference gpt2() {
    matrix("wte.weight", s.vocab, s.hidden);
    matrix("wpe.weight", s.context, s.hidden);
    for (int i = 0; i < s.layers; i++) {
      String h = "h." + i + ".";
      for (String name : new String[] {"ln_1", "ln_2"}) {
        norm(h + name + ".weight");
        add(h + name + ".bias", 0, 0.2, s.hidden);
      }
      conv1d(h + "attn.c_attn", s.hidden, 3 * s.hidden);
      conv1d(h + "attn.c_proj", s.hidden, s.hidden);
      conv1d(h + "mlp.c_fc", s.hidden, s.mlp);
      conv1d(h + "mlp.c_proj", s.mlp, s.hidden);
    }
    norm("ln_f.weight");
    add("ln_f.bias", 0, 0.2, s.hidden);
    return this;
  }

  private void conv1d(String name, int in, int out) {
    add(name + ".weight", 0, 1.5 / Math.sqrt(in), in, out);
    add(name + ".bias", 0, 0.3, out);
  }

  /** GPT-2 as Hugging Face publishes it: Conv1D weights are {@code [in][out]}. */
  float[] runGpt2(NDManager parent, int[] ids, Mask mask) {
    try (NDManager m = parent.newSubManager()) {
      TorchOps t = new TorchOps(m, arrays(m));
      NDArray allowed = mask.array(m, ids.length);
      int[] positions = new int[ids.length];
      for (int i = 0; i < positions.length; i++) {
        positions[i] = i;
      }
      NDArray x = t.rows("wte.weight", ids).add(t.rows("wpe.weight", positions));
      for (int i = 0; i < s.layers; i++) {
        String name = "h." + i + ".";
        NDArray h = layerNorm(t, x, name + "ln_1");
        NDList qkv = t.conv1d(h, name + "attn.c_attn").split(3, 1);
        NDArray mixed =
            t.attention(
                t.heads(qkv.get(0), s.heads),
                t.heads(qkv.get(1), s.heads),
                t.heads(qkv.get(2), s.heads),
                allowed);
        x = x.add(t.conv1d(mixed, name + "attn.c_proj"));
        h = t.geluTanh(t.conv1d(layerNorm(t, x, name + "ln_2"), name + "mlp.c_fc"));
        x = x.add(t.conv1d(h, name + "mlp.c_proj"));
      }
      return t.linear(layerNorm(t, x, "ln_f"), "wte").toFloatArray();
    }
  }

  private static NDArray layerNorm(TorchOps t, NDArray x, String name) {
    return t.standardised(x).mul(t.weight(name + ".weight")).add(t.weight(name + ".bias"));
  }

  FamilyReference dit(boolean modulated, int condition) {
    matrix("backbone.vocab_embed.embedding", s.vocab, s.hidden);
    if (modulated) {
      linear("backbone.sigma_map.mlp.0", condition, 256);
      linear("backbone.sigma_map.mlp.2", condition, condition);
    }
    for (int i = 0; i < s.layers; i++) {
      String block = "backbone.blocks." + i + ".";
      norm(block + "norm1.weight");
      norm(block + "norm2.weight");
      matrix(block + "attn_qkv.weight", 3 * s.hidden, s.hidden);
      matrix(block + "attn_out.weight", s.hidden, s.hidden);
      linear(block + "mlp.0", s.mlp, s.hidden);
      linear(block + "mlp.2", s.hidden, s.mlp);
      if (modulated) {
        linear(block + "adaLN_modulation", 6 * s.hidden, condition);
      }
    }
    norm("backbone.output_layer.norm_final.weight");
    linear("backbone.output_layer.linear", s.vocab, s.hidden);
    if (modulated) {
      linear("backbone.output_layer.adaLN_modulation", 2 * s.hidden, condition);
    }
    return this;
  }

  private void linear(String name, int out, int in) {
    add(name + ".weight", 0, 1 / Math.sqrt(in), out, in);
    add(name + ".bias", 0, 0.4, out);
  }

  /** The diffusion transformer of MDLM (2406.07524) and BD3-LM (2503.09573), fed σ = 0. */
  float[] runDit(NDManager parent, boolean modulated, int[] ids, Mask mask) {
    try (NDManager m = parent.newSubManager()) {
      TorchOps t = new TorchOps(m, arrays(m));
      NDArray allowed = mask.array(m, ids.length);
      NDArray c = modulated ? condition(t, m) : null;
      NDArray x = t.rows("backbone.vocab_embed.embedding", ids);
      for (int i = 0; i < s.layers; i++) {
        String block = "backbone.blocks." + i + ".";
        // Shift, scale and gate of attention, then of the MLP.
        NDList ada = modulated ? t.linear(c, block + "adaLN_modulation").split(6, 1) : null;
        NDArray h = t.standardised(x).mul(t.weight(block + "norm1.weight"));
        h = modulated ? h.mul(ada.get(1).add(1)).add(ada.get(0)) : h;
        NDList qkv = t.linear(h, block + "attn_qkv").split(3, 1);
        NDArray mixed =
            t.attention(
                t.rotate(t.heads(qkv.get(0), s.heads), s.frequencies),
                t.rotate(t.heads(qkv.get(1), s.heads), s.frequencies),
                t.heads(qkv.get(2), s.heads),
                allowed);
        NDArray out = t.linear(mixed, block + "attn_out");
        x = x.add(modulated ? out.mul(ada.get(2)) : out);
        h = t.standardised(x).mul(t.weight(block + "norm2.weight"));
        h = modulated ? h.mul(ada.get(4).add(1)).add(ada.get(3)) : h;
        out = t.linear(t.geluTanh(t.linear(h, block + "mlp.0")), block + "mlp.2");
        x = x.add(modulated ? out.mul(ada.get(5)) : out);
      }
      NDArray h = t.standardised(x).mul(t.weight("backbone.output_layer.norm_final.weight"));
      if (modulated) {
        NDList ada = t.linear(c, "backbone.output_layer.adaLN_modulation").split(2, 1);
        h = h.mul(ada.get(1).add(1)).add(ada.get(0));
      }
      return t.linear(h, "backbone.output_layer.linear").toFloatArray();
    }
  }

  /** {@code silu(TimestepEmbedder(0))}: cosines and sines of 0 times every frequency. */
  private static NDArray condition(TorchOps t, NDManager m) {
    float[] sinusoids = new float[256];
    for (int i = 0; i < 128; i++) {
      double frequency = Math.exp(-Math.log(10000) * i / 128);
      sinusoids[i] = (float) Math.cos(0 * frequency);
      sinusoids[128 + i] = (float) Math.sin(0 * frequency);
    }
    NDArray f = m.create(sinusoids, new Shape(1, 256));
    NDArray hidden = t.silu(t.linear(f, "backbone.sigma_map.mlp.0"));
    return t.silu(t.linear(hidden, "backbone.sigma_map.mlp.2"));
  }

  private Map<String, NDArray> arrays(NDManager m) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    values.forEach((name, v) -> {
      int[] shape = shapes.get(name);
      long[] wide = new long[shape.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = shape[i];
      }
      arrays.put(name, m.create(v, new Shape(wide)));
    });
    return arrays;
  }

  /** Which key a query sees: anything but 0 from {@code (query, key)}. */
  record Mask(IntBinaryOperator sees) {
    static final Mask CAUSAL = new Mask((i, j) -> j <= i ? 1 : 0);
    static final Mask FULL = new Mask((i, j) -> 1);

    static Mask window(int keys) {
      return new Mask((i, j) -> j <= i && i - j < keys ? 1 : 0);
    }

    static Mask blocks(int size) {
      return new Mask((i, j) -> j / size <= i / size ? 1 : 0);
    }

    NDArray array(NDManager m, int n) {
      float[] mask = new float[n * n];
      for (int i = 0; i < n * n; i++) {
        mask[i] = sees.applyAsInt(i / n, i % n) == 0 ? -1e9f : 0;
      }
      return m.create(mask, new Shape(n, n));
    }
  }
}
