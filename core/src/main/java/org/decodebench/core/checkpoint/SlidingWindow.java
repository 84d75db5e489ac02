package org.decodebench.core.checkpoint;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.ModelConfig.Paradigm;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.Tensor;

/**
 * A model that sees the last N positions of its cache only (the sliding window of Longformer,
 * 2004.05150, and Mistral, 2310.06825), as a model of its own: {@code window:N:MODEL}. What the
 * window costs in perplexity and gains in time can so be measured, and it can draft for the whole.
 */
record SlidingWindow(WeightSource whole, int positions) implements WeightSource {
  private static final Pattern REFERENCE = Pattern.compile("window:([1-9][0-9]{0,8}):(.+)");

  static boolean isReference(String reference) {
    return reference.startsWith("window:");
  }

  /**
   * @throws UsageException for another spelling, or a model that does not read left to right
   */
  static Checkpoint open(String reference) {
    Matcher matcher = REFERENCE.matcher(reference);
    if (!matcher.matches()) {
      throw new UsageException(
          "'%s': a model with a sliding window is written window:32:MODEL".formatted(reference));
    }
    Checkpoint checkpoint = Models.open(matcher.group(2));
    if (checkpoint.weights().config().paradigm() != Paradigm.AUTOREGRESSIVE) {
      checkpoint.close();
      throw new UsageException(
          "'%s': only an autoregressive model can have a sliding window".formatted(reference));
    }
    int positions = Integer.parseInt(matcher.group(1));
    return new Checkpoint(
        new SlidingWindow(checkpoint.weights(), positions), checkpoint.tokenizer());
  }

  @Override
  public String name() {
    return whole.name();
  }

  @Override
  public ModelConfig config() {
    return whole.config().withSlidingWindow(positions);
  }

  @Override
  public Set<String> names() {
    return whole.names();
  }

  @Override
  public Optional<Tensor> find(String name) {
    return whole.find(name);
  }

  @Override
  public void close() {
    whole.close();
  }
}
