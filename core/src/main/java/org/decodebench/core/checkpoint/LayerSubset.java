package org.decodebench.core.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Tensor;

/**
 * Some of a model's layers, in order, as a model of its own: {@code layers:0+1+3:MODEL}. A target
 * with layers left out is the draft of self-speculative decoding (2309.08168).
 */
record LayerSubset(WeightSource whole, int[] kept) implements WeightSource {
  private static final Pattern REFERENCE = Pattern.compile("layers:([0-9]+(?:\\+[0-9]+)*):(.+)");
  private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d{1,6})\\.(.*)");

  static boolean isReference(String reference) {
    return reference.startsWith("layers:");
  }

  /**
   * @throws UsageException for another spelling, or layers that the model lacks
   */
  static Checkpoint open(String reference) {
    Matcher matcher = REFERENCE.matcher(reference);
    if (!matcher.matches()) {
      throw new UsageException(
          "'%s': some layers of a model are written layers:0+1+3:MODEL".formatted(reference));
    }
    Checkpoint checkpoint = Models.open(matcher.group(2));
    try {
      int layers = checkpoint.weights().config().layers();
      int[] kept =
          Arrays.stream(matcher.group(1).split("\\+"))
              .mapToInt(text -> text.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(text))
              .toArray();
      if (Arrays.stream(kept).anyMatch(layer -> layer >= layers)) {
        throw new UsageException(
            "'%s': the model has layers 0 to %d".formatted(reference, layers - 1));
      }
      return new Checkpoint(new LayerSubset(checkpoint.weights(), kept), checkpoint.tokenizer());
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return whole.name();
  }

  @Override
  public ModelConfig config() {
    return whole.config().withLayers(kept.length);
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (String name : whole.names()) {
      Matcher matcher = LAYER.matcher(name);
      if (!matcher.matches()) {
        names.add(name);
        continue;
      }
      for (int i = 0; i < kept.length; i++) {
        if (kept[i] == Integer.parseInt(matcher.group(1))) {
          names.add("model.layers." + i + "." + matcher.group(2));
        }
      }
    }
    return names;
  }

  @Override
  public Optional<Tensor> find(String name) {
    Matcher matcher = LAYER.matcher(name);
    if (!matcher.matches()) {
      return whole.find(name);
    }
    int layer = Integer.parseInt(matcher.group(1));
    return layer >= kept.length
        ? Optional.empty()
        : whole.find("model.layers." + kept[layer] + "." + matcher.group(2));
  }

  @Override
  public void close() {
    whole.close();
  }
}
