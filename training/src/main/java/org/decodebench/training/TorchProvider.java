package org.decodebench.training;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tokenizer.Tokenizer;

/** Registers {@link TorchModel} as {@code pytorch}: a peer to measure against, eager. */
public final class TorchProvider implements BackendProvider {

  @Override
  public String name() {
    return "pytorch";
  }

  @Override
  public LanguageModel open(
      String model, WeightSource source, Tokenizer tokenizer, RuntimeOptions options) {
    return new TorchModel(model, source, tokenizer, Math.max(1, options.threads()));
  }

  @Override
  public List<Device> devices() {
    return List.of();
  }

  @Override
  public Limits measure(String device) {
    throw new UsageException("pytorch names no devices to measure; see decodebench machine");
  }
}
