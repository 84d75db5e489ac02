package org.decodebench.core.model;

import java.util.Optional;
import java.util.Set;
import org.decodebench.core.UsageException;
import org.decodebench.core.tensor.Tensor;

/**
 * The seam between checkpoint formats and the transformer: a configuration and named tensors in one
 * canonical layout, whatever the file's own names, permutations and fusions are. Names are those of
 * Hugging Face's Llama; matrices are {@code [out][in]}, row-major; rotary pairs are rotate-half
 * (component i with i + rotary/2).
 *
 * <table>
 * <caption>Canonical names; what the configuration does not need, and every bias, may be absent
 * </caption>
 * <tr><td>{@code model.embed_tokens.weight}</td><td>[vocab][hidden]</td></tr>
 * <tr><td>{@code model.embed_positions.weight}</td><td>[context][hidden], learned positions</td></tr>
 * <tr><td>{@code model.layers.N.input_layernorm.weight}, {@code .bias}</td><td>[hidden]</td></tr>
 * <tr><td>{@code model.layers.N.self_attn.q_proj.weight}, {@code .bias}</td><td>[heads*headSize][hidden]</td></tr>
 * <tr><td>{@code model.layers.N.self_attn.k_proj}, {@code v_proj}</td><td>[kvHeads*headSize][hidden]</td></tr>
 * <tr><td>{@code model.layers.N.self_attn.q_norm.weight}, {@code k_norm}</td><td>[headSize]</td></tr>
 * <tr><td>{@code model.layers.N.self_attn.o_proj}</td><td>[hidden][heads*headSize]</td></tr>
 * <tr><td>{@code model.layers.N.post_attention_layernorm}</td><td>[hidden]</td></tr>
 * <tr><td>{@code model.layers.N.mlp.gate_proj} (SwiGLU), {@code up_proj}</td><td>[mlp][hidden]</td></tr>
 * <tr><td>{@code model.layers.N.mlp.down_proj}</td><td>[hidden][mlp]</td></tr>
 * <tr><td>{@code model.norm}</td><td>[hidden]</td></tr>
 * <tr><td>{@code lm_head}</td><td>[vocab][hidden], unless tied</td></tr>
 * </table>
 */
public interface WeightSource extends AutoCloseable {

  /** The file or folder, for messages. */
  String name();

  ModelConfig config();

  /** Canonical names of all tensors. */
  Set<String> names();

  /**
   * A tensor by its canonical name. It may lie in a mapping that closes with this source, so a
   * runtime takes {@link Tensor#onHeap()} of what it keeps.
   */
  Optional<Tensor> find(String name);

  /**
   * A tensor that must be there, with the shape that it must have.
   *
   * @throws UsageException naming file and tensor if it is missing or has another shape
   */
  default Tensor get(String name, int... shape) {
    Tensor tensor =
        find(name)
            .orElseThrow(() -> new UsageException(name() + ": tensor " + name + " is missing"));
    if (!java.util.Arrays.equals(tensor.shape(), shape)) {
      throw new UsageException(
          "%s: tensor %s has shape %s where the configuration needs %s"
              .formatted(
                  name(),
                  name,
                  java.util.Arrays.toString(tensor.shape()),
                  java.util.Arrays.toString(shape)));
    }
    return tensor;
  }

  @Override
  default void close() {}
}
