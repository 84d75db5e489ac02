package org.decodebench.core.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Recipe.As;
import org.decodebench.core.checkpoint.Recipe.Modulation;
import org.decodebench.core.checkpoint.Recipe.Part;
import org.decodebench.core.checkpoint.Recipe.Role;
import org.decodebench.core.checkpoint.Recipe.Scaled;
import org.decodebench.core.checkpoint.Recipe.Transposed;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.tensor.Tensor;

/** Makes canonical tensors after the recipes of a family's layout. */
final class CanonicalTensors {
  private static final Pattern CANONICAL_LAYER =
      Pattern.compile("model\\.layers\\.(0|[1-9]\\d{0,5})\\.(.+)");

  private final String file;
  private final ModelConfig config;
  private final TensorLayout layout;
  private final String prefix;
  private final Function<String, Tensor> tensors;
  private final Set<String> present;
  private final Modulations modulations;

  /**
   * @param present names in the file
   * @param tensors a tensor of the file that is there
   * @throws UsageException naming a tensor that the layout does not know
   */
  CanonicalTensors(
      String file,
      ModelConfig config,
      TensorLayout layout,
      Set<String> present,
      Function<String, Tensor> tensors) {
    this.file = file;
    this.config = config;
    this.layout = layout;
    this.present = present;
    this.tensors = tensors;
    boolean prefixed = present.stream().anyMatch(name -> name.startsWith(layout.prefix()));
    this.prefix = prefixed ? layout.prefix() : "";
    this.modulations = new Modulations(file, name -> required(prefix + name));
    checkNames();
  }

  /** A tensor that the forward pass would not use means that it is another model than we think. */
  private void checkNames() {
    Set<String> known = new TreeSet<>(layout.unused());
    layout
        .recipes()
        .forEach((canonical, recipe) -> {
          if (config.qkNorm() || !canonical.matches(".*self_attn\\.[qk]_norm\\..*")) {
            recipe.collect(known);
          }
        });
    for (String name : present) {
      String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
      if (!isKnown(bare, known)) {
        throw new UsageException(
            "%s: tensor %s is no part of a %s model of %d layers"
                .formatted(file, Quoted.of(name), config.architecture(), config.layers()));
      }
    }
  }

  private boolean isKnown(String name, Set<String> known) {
    if (known.contains(name)) {
      return true;
    }
    String[] parts = name.split("\\.");
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].matches("0|[1-9]\\d{0,5}") && Integer.parseInt(parts[i]) < config.layers()) {
        String number = parts[i];
        parts[i] = "#";
        if (known.contains(String.join(".", parts))) {
          return true;
        }
        parts[i] = number;
      }
    }
    return false;
  }

  /** Canonical names of all that can be made. */
  Set<String> names() {
    Map<String, Recipe> wholes = new LinkedHashMap<>();
    layout
        .recipes()
        .forEach((canonical, recipe) -> {
          for (int i = 0; i < (canonical.contains("#") ? config.layers() : 1); i++) {
            if (canMake(recipe, i)) {
              wholes.put(canonical.replace("#", Integer.toString(i)), recipe);
            }
          }
        });
    return new TreeSet<>(wholes.keySet());
  }

  private boolean canMake(Recipe recipe, int layer) {
    Set<String> needed = new TreeSet<>();
    recipe.collect(needed);
    return needed.stream().allMatch(name -> present.contains(inFile(name, layer)));
  }

  private String inFile(String name, int layer) {
    return prefix + name.replace("#", Integer.toString(layer));
  }

  /** A canonical tensor, if the file has what it is made of. */
  Optional<Tensor> make(String canonical) {
    Matcher matcher = CANONICAL_LAYER.matcher(canonical);
    boolean inLayer = matcher.matches();
    int layer = inLayer ? Integer.parseInt(matcher.group(1)) : 0;
    Recipe recipe =
        layout.recipes().get(inLayer ? "model.layers.#." + matcher.group(2) : canonical);
    return recipe == null || !canMake(recipe, layer)
        ? Optional.empty()
        : Optional.of(make(recipe, layer));
  }

  private Tensor required(String name) {
    if (!present.contains(name)) {
      throw new UsageException("%s: tensor %s is missing".formatted(file, Quoted.of(name)));
    }
    return tensors.apply(name);
  }

  private Tensor make(Recipe recipe, int layer) {
    return switch (recipe) {
      case As(String name) -> required(inFile(name, layer));
      case Transposed(Recipe of) -> transposed(make(of, layer));
      case Part(Recipe of, Role role) -> part(make(of, layer), role);
      case Scaled(Recipe of, Recipe factors, boolean onePlus) ->
          scaled(make(of, layer), make(factors, layer).floats(), onePlus);
      case Modulation(String name, int chunk) ->
          Tensor.of(
              modulations.chunk(
                  name.replace("#", Integer.toString(layer)), chunk, config.hiddenSize()),
              config.hiddenSize());
    };
  }

  private Tensor part(Tensor fused, Role role) {
    int q = config.querySize();
    int kv = config.kvSize();
    if (fused.shape()[0] != q + 2 * kv) {
      throw new UsageException(
          "%s: a fused projection has shape %s where the configuration needs %d outputs"
              .formatted(file, fused, q + 2 * kv));
    }
    return switch (role) {
      case QUERY -> RowOrder.slice(fused, 0, q);
      case KEY -> RowOrder.slice(fused, q, kv);
      case VALUE -> RowOrder.slice(fused, q + kv, kv);
    };
  }

  private Tensor transposed(Tensor tensor) {
    if (tensor.shape().length != 2 || tensor.type().quantised()) {
      throw new UsageException("%s: cannot transpose a tensor %s".formatted(file, tensor));
    }
    return RowOrder.transposed(tensor);
  }

  private Tensor scaled(Tensor tensor, float[] factors, boolean onePlus) {
    boolean vector = tensor.shape().length == 1;
    int rows = vector ? 1 : tensor.rows();
    if (tensor.shape()[0] != factors.length) {
      throw new UsageException(
          "%s: a tensor %s does not fit %d modulations".formatted(file, tensor, factors.length));
    }
    int columns = tensor.columns();
    float[] out = new float[Math.toIntExact(tensor.elements())];
    for (int r = 0; r < rows; r++) {
      tensor.readRow(r, out, r * columns);
    }
    for (int i = 0; i < out.length; i++) {
      float factor = factors[vector ? i : i / columns];
      out[i] *= onePlus ? 1 + factor : factor;
    }
    return Tensor.of(out, tensor.shape());
  }
}
