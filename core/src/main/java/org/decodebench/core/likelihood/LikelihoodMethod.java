package org.decodebench.core.likelihood;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.LongConsumer;
import org.decodebench.core.UsageException;
import org.decodebench.core.model.LanguageModel;

/** A way to compute a likelihood; registers by name through {@link ServiceLoader}. */
public interface LikelihoodMethod {

  String name();

  /** One line for the help. */
  String summary();

  /**
   * Whether this is the method to use for the model if none is named. At most one method says so
   * for a model.
   */
  boolean isDefaultFor(LanguageModel model);

  /**
   * The same method with settings, {@code key=value,key=value}.
   *
   * @throws UsageException if it has none, or not these
   */
  default LikelihoodMethod with(String settings) {
    throw new UsageException("method %s has no settings".formatted(name()));
  }

  /**
   * @param model checked by the method
   * @param texts each within the model's context
   * @throws UsageException if the method cannot be used with this model or these texts
   */
  Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options);

  /**
   * @param samples Monte Carlo samples a text, where the method samples; 0 for its default
   * @param seed of the samples
   * @param progress hears how many texts are done
   */
  record Options(int samples, long seed, LongConsumer progress) {
    public static final Options DEFAULT = new Options(0, 0, done -> {});
  }

  /**
   * @param spec {@code name} or {@code name:key=value,key=value}
   * @throws UsageException for an unknown method or setting
   */
  static LikelihoodMethod named(String spec) {
    int colon = spec.indexOf(':');
    String name = colon < 0 ? spec : spec.substring(0, colon);
    LikelihoodMethod method =
        all().stream()
            .filter(m -> m.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new UsageException(
                    "no likelihood method '%s'; there are: %s"
                        .formatted(
                            name,
                            String.join(
                                ", ", all().stream().map(LikelihoodMethod::name).toList()))));
    return colon < 0 ? method : method.with(spec.substring(colon + 1));
  }

  /** The methods on the class path, by name. */
  static List<LikelihoodMethod> all() {
    return ServiceLoader.load(LikelihoodMethod.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(java.util.Comparator.comparing(LikelihoodMethod::name))
        .toList();
  }
}
