package org.decodebench.reports.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;

/** Loads each model once. */
public final class ModelLoader implements AutoCloseable {

  /** Where models come from; tests put toys here. */
  @FunctionalInterface
  public interface Origin {
    /**
     * @throws org.decodebench.core.UsageException if there is no such model
     */
    LanguageModel load(String reference, RuntimeOptions options);
  }

  private final Origin origin;
  private final RuntimeOptions options;
  private final Map<String, LanguageModel> loaded = new LinkedHashMap<>();

  public ModelLoader(Origin origin, RuntimeOptions options) {
    this.origin = origin;
    this.options = options;
  }

  public LanguageModel model(String reference) {
    LanguageModel known = loaded.get(reference);
    if (known == null) {
      known = origin.load(reference, options);
      loaded.put(reference, known);
    }
    return known;
  }

  /** For a decoder's further models, each passed through {@code wrap}. */
  public DecoderContext context(Function<LanguageModel, LanguageModel> wrap) {
    return new DecoderContext() {
      @Override
      public LanguageModel model(String reference) {
        return wrap.apply(ModelLoader.this.model(reference));
      }

      @Override
      public LanguageModel own(LanguageModel made) {
        return wrap.apply(made);
      }
    };
  }

  @Override
  public void close() {
    loaded.values().forEach(LanguageModel::close);
    loaded.clear();
  }
}
