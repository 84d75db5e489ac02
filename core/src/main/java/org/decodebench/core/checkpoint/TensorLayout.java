package org.decodebench.core.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decodebench.core.checkpoint.Recipe.As;
import org.decodebench.core.checkpoint.Recipe.Modulation;
import org.decodebench.core.checkpoint.Recipe.Part;
import org.decodebench.core.checkpoint.Recipe.Role;
import org.decodebench.core.checkpoint.Recipe.Scaled;
import org.decodebench.core.checkpoint.Recipe.Transposed;

/**
 * The names that a family gives its tensors, as data.
 *
 * @param prefix before every name; some exporters leave it out
 * @param recipes canonical name to where it comes from; {@code #} stands for the layer
 * @param unused names that may be there and are not needed
 */
record TensorLayout(String prefix, Map<String, Recipe> recipes, List<String> unused) {
  private static final String LAYER = "model.layers.#.";
  private static final String[] SUFFIXES = {".weight", ".bias"};

  /** Llama's own names, which are the canonical ones. */
  static final TensorLayout LLAMA = llama();

  static final TensorLayout GPT2 = gpt2();

  static final TensorLayout LLADA = llada();

  /** MDLM and BD3-LM with a modulation that is constant, because it is fed noise level zero. */
  static final TensorLayout DIT = dit(true);

  /** BD3-LM trained without modulation. */
  static final TensorLayout PLAIN_DIT = dit(false);

  private static TensorLayout llama() {
    Names names = new Names();
    for (String whole : List.of("model.embed_tokens", "lm_head")) {
      names.same(whole, whole);
    }
    names.weight("model.norm", "model.norm");
    // Of heads that draft: EAGLE's projection of the target's state, and Medusa's residual blocks.
    names.weight("model.fc", "model.fc");
    names.weight(LAYER + "medusa", LAYER + "medusa");
    for (String part :
        List.of(
            "input_layernorm",
            "self_attn.q_norm",
            "self_attn.k_norm",
            "post_attention_layernorm")) {
      names.weight(LAYER + part, LAYER + part);
    }
    for (String part :
        List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj")) {
      names.same(LAYER + part, LAYER + part);
    }
    return new TensorLayout("", names.recipes, List.of(LAYER + "self_attn.rotary_emb.inv_freq"));
  }

  private static TensorLayout gpt2() {
    Names names = new Names();
    names.same("model.embed_tokens", "wte");
    names.same("model.embed_positions", "wpe");
    names.same("model.norm", "ln_f");
    names.same(LAYER + "input_layernorm", "h.#.ln_1");
    names.same(LAYER + "post_attention_layernorm", "h.#.ln_2");
    names.fused("h.#.attn.c_attn", true);
    names.transposed(LAYER + "self_attn.o_proj", "h.#.attn.c_proj");
    names.transposed(LAYER + "mlp.up_proj", "h.#.mlp.c_fc");
    names.transposed(LAYER + "mlp.down_proj", "h.#.mlp.c_proj");
    return new TensorLayout(
        "transformer.",
        names.recipes,
        List.of("h.#.attn.bias", "h.#.attn.masked_bias", "lm_head.weight"));
  }

  private static TensorLayout llada() {
    Names names = new Names();
    names.same("model.embed_tokens", "wte");
    names.weight("model.norm", "ln_f");
    names.same("lm_head", "ff_out");
    String block = "blocks.#.";
    names.weight(LAYER + "input_layernorm", block + "attn_norm");
    names.same(LAYER + "self_attn.q_proj", block + "q_proj");
    names.same(LAYER + "self_attn.k_proj", block + "k_proj");
    names.same(LAYER + "self_attn.v_proj", block + "v_proj");
    names.same(LAYER + "self_attn.o_proj", block + "attn_out");
    names.weight(LAYER + "post_attention_layernorm", block + "ff_norm");
    names.same(LAYER + "mlp.gate_proj", block + "ff_proj");
    names.same(LAYER + "mlp.up_proj", block + "up_proj");
    names.same(LAYER + "mlp.down_proj", block + "ff_out");
    return new TensorLayout("model.transformer.", names.recipes, List.of());
  }

  private static TensorLayout dit(boolean modulated) {
    Names names = new Names();
    String block = "blocks.#.";
    String modulation = block + "adaLN_modulation";
    String last = "output_layer.adaLN_modulation";
    names.recipes.put("model.embed_tokens.weight", new As("vocab_embed.embedding"));
    names.same("lm_head", "output_layer.linear");
    names.fused(block + "attn_qkv", false);
    names.same(LAYER + "mlp.up_proj", block + "mlp.0");
    // In the order of the network: shift, scale and gate of attention, then of the MLP.
    names.norm(modulated, LAYER + "input_layernorm", block + "norm1", modulation, 0);
    names.gated(modulated, LAYER + "self_attn.o_proj", block + "attn_out", modulation, 2);
    names.norm(modulated, LAYER + "post_attention_layernorm", block + "norm2", modulation, 3);
    names.gated(modulated, LAYER + "mlp.down_proj", block + "mlp.2", modulation, 5);
    names.norm(modulated, "model.norm", "output_layer.norm_final", last, 0);
    return new TensorLayout(
        "backbone.",
        names.recipes,
        List.of(
            "rotary_emb.inv_freq",
            Modulations.CONDITION + "0.weight",
            Modulations.CONDITION + "0.bias",
            Modulations.CONDITION + "2.weight",
            Modulations.CONDITION + "2.bias"));
  }

  /** Collects recipes; every name stands for a weight and a bias, either of which may be absent. */
  private static final class Names {
    final Map<String, Recipe> recipes = new LinkedHashMap<>();

    /** A weight that has no bias: one that is there after all is an error. */
    void weight(String canonical, String name) {
      recipes.put(canonical + ".weight", new As(name + ".weight"));
    }

    void same(String canonical, String name) {
      for (String suffix : SUFFIXES) {
        recipes.put(canonical + suffix, new As(name + suffix));
      }
    }

    void transposed(String canonical, String name) {
      recipes.put(canonical + ".weight", new Transposed(new As(name + ".weight")));
      recipes.put(canonical + ".bias", new As(name + ".bias"));
    }

    void fused(String name, boolean transposed) {
      String[] parts = {"q_proj", "k_proj", "v_proj"};
      for (Role role : Role.values()) {
        for (String suffix : SUFFIXES) {
          Recipe whole = new As(name + suffix);
          if (transposed && suffix.equals(".weight")) {
            whole = new Transposed(whole);
          }
          recipes.put(LAYER + "self_attn." + parts[role.ordinal()] + suffix, new Part(whole, role));
        }
      }
    }

    /** {@code norm(x)·w·(1 + scale) + shift}. */
    void norm(boolean modulated, String canonical, String name, String modulation, int shift) {
      Recipe weight = new As(name + ".weight");
      if (!modulated) {
        recipes.put(canonical + ".weight", weight);
        return;
      }
      recipes.put(
          canonical + ".weight", new Scaled(weight, new Modulation(modulation, shift + 1), true));
      recipes.put(canonical + ".bias", new Modulation(modulation, shift));
    }

    /** {@code gate·(W·x + b)}. */
    void gated(boolean modulated, String canonical, String name, String modulation, int gate) {
      for (String suffix : SUFFIXES) {
        Recipe plain = new As(name + suffix);
        recipes.put(
            canonical + suffix,
            modulated ? new Scaled(plain, new Modulation(modulation, gate), false) : plain);
      }
    }
  }
}
