package org.decodebench.tornado;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.BackendProvider;
import org.decodebench.core.model.CpuTransformer;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.WeightSource;
import org.decodebench.core.tensor.DType;
import org.decodebench.core.tokenizer.Tokenizer;

/** Registers TornadoVM as {@code --backend tornado}. */
public final class TornadoBackend implements BackendProvider {
  @Override
  public String name() {
    return "tornado";
  }

  @Override
  public LanguageModel open(
      String model, WeightSource source, Tokenizer tokenizer, RuntimeOptions options) {
    if (options.cache() != DType.F32) {
      throw new UsageException(
          "backend tornado keeps keys and values as f32, not %s; leave out --cache"
              .formatted(options.cache()));
    }
    if (source.names().contains("model.fc.weight")) {
      // Heads that read another model's hidden states are small, and those come from the host.
      return new CpuTransformer(
          model,
          source,
          tokenizer,
          new RuntimeOptions(options.threads(), RuntimeOptions.Backend.AUTO));
    }
    return new TornadoTransformer(model, source, tokenizer, Devices.find(options.device()));
  }

  @Override
  public List<Device> devices() {
    return Devices.all();
  }

  @Override
  public Limits measure(String device) {
    return DeviceLimits.measure(Devices.find(device));
  }
}
