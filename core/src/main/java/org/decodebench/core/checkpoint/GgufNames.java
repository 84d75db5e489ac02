package org.decodebench.core.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Canonical tensor names (those of {@link org.decodebench.core.model.WeightSource}) and GGUF's, the
 * same for all architectures.
 */
final class GgufNames {
  private static final Map<String, String> WHOLE =
      Map.of(
          "model.embed_tokens", "token_embd",
          "model.embed_positions", "position_embd",
          "model.norm", "output_norm",
          "lm_head", "output");

  private static final Map<String, String> IN_LAYER = new LinkedHashMap<>();

  static {
    IN_LAYER.put("input_layernorm", "attn_norm");
    IN_LAYER.put("self_attn.q_proj", "attn_q");
    IN_LAYER.put("self_attn.k_proj", "attn_k");
    IN_LAYER.put("self_attn.v_proj", "attn_v");
    IN_LAYER.put("self_attn.q_norm", "attn_q_norm");
    IN_LAYER.put("self_attn.k_norm", "attn_k_norm");
    IN_LAYER.put("self_attn.o_proj", "attn_output");
    IN_LAYER.put("post_attention_layernorm", "ffn_norm");
    IN_LAYER.put("mlp.gate_proj", "ffn_gate");
    IN_LAYER.put("mlp.up_proj", "ffn_up");
    IN_LAYER.put("mlp.down_proj", "ffn_down");
  }

  /** Fused projection of queries, keys and values; it has no canonical name. */
  static final String FUSED = "attn_qkv";

  private static final Pattern CANONICAL_LAYER =
      Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.+)\\.(weight|bias)");
  private static final Pattern CANONICAL = Pattern.compile("(.+)\\.(weight|bias)");
  private static final Pattern GGUF_LAYER =
      Pattern.compile("blk\\.(\\d{1,6})\\.(.+)\\.(weight|bias)");

  private GgufNames() {}

  /** GGUF's name of a canonical tensor. */
  static Optional<String> toGguf(String canonical) {
    Matcher layer = CANONICAL_LAYER.matcher(canonical);
    if (layer.matches()) {
      return Optional.ofNullable(IN_LAYER.get(layer.group(2)))
          .map(part -> "blk." + layer.group(1) + "." + part + "." + layer.group(3));
    }
    Matcher whole = CANONICAL.matcher(canonical);
    return whole.matches()
        ? Optional.ofNullable(WHOLE.get(whole.group(1))).map(n -> n + "." + whole.group(2))
        : Optional.empty();
  }

  /** The canonical name of a GGUF tensor. */
  static Optional<String> toCanonical(String gguf) {
    Matcher layer = GGUF_LAYER.matcher(gguf);
    if (layer.matches()) {
      return keyOf(IN_LAYER, layer.group(2))
          .map(part -> "model.layers." + layer.group(1) + "." + part + "." + layer.group(3));
    }
    Matcher whole = CANONICAL.matcher(gguf);
    return whole.matches()
        ? keyOf(WHOLE, whole.group(1)).map(n -> n + "." + whole.group(2))
        : Optional.empty();
  }

  /** The layer that a GGUF tensor belongs to, or -1. */
  static int layer(String gguf) {
    Matcher layer = GGUF_LAYER.matcher(gguf);
    return layer.matches() ? Integer.parseInt(layer.group(1)) : -1;
  }

  private static Optional<String> keyOf(Map<String, String> map, String value) {
    return map.entrySet().stream()
        .filter(e -> e.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
