package org.decodebench.reports.run;

import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.model.LanguageModel;

/** Finds the method and evaluates it. */
public final class Perplexities {
  private Perplexities() {}

  /**
   * @param name of a method, with its settings; null for the model's default
   * @throws UsageException if there is no such method, or none for this model
   */
  public static LikelihoodMethod method(String name, LanguageModel model) {
    if (name != null) {
      return LikelihoodMethod.named(name);
    }
    List<LikelihoodMethod> all = LikelihoodMethod.all();
    return all.stream()
        .filter(m -> m.isDefaultFor(model))
        .findFirst()
        .orElseThrow(() ->
            new UsageException(
                "no likelihood method for model %s; there are: %s"
                    .formatted(
                        model.name(),
                        all.stream()
                            .map(LikelihoodMethod::name)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * @param method null for the model's default
   * @param samples 0 for the method's default
   */
  public static Likelihood evaluate(
      LanguageModel model,
      HeldOut texts,
      String method,
      int samples,
      long seed,
      LongConsumer progress) {
    return method(method, model)
        .evaluate(model, texts.texts(), new LikelihoodMethod.Options(samples, seed, progress));
  }
}
