package org.decodebench.speculative;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.ngram.NgramModels;
import org.decodebench.core.tokenizer.Tokenizer;

/**
 * Drafts with an n-gram model of a text, counted in the target's own tokens.
 *
 * @param file UTF-8 text to count
 * @param seen the model as the caller wants to see it, such as metered
 * @param made the models counted so far, by tokenizer
 */
record NgramDrafting(
    Path file,
    int order,
    double confidence,
    int prefillChunk,
    CausalSettings text,
    UnaryOperator<LanguageModel> seen,
    Map<Tokenizer, LanguageModel> made)
    implements DraftMethod {

  NgramDrafting(
      Path file,
      int order,
      double confidence,
      int prefillChunk,
      CausalSettings text,
      UnaryOperator<LanguageModel> seen) {
    this(file, order, confidence, prefillChunk, text, seen, new ConcurrentHashMap<>());
  }

  @Override
  public void check(LanguageModel target) {
    model(target);
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    return new ModelDrafting(model(request.model()), confidence, prefillChunk, text)
        .open(request, capacity, width);
  }

  private LanguageModel model(LanguageModel target) {
    return made.computeIfAbsent(
        target.tokenizer(),
        tokenizer ->
            seen.apply(
                NgramModels.ofText(
                    "ngram:" + file, file, order, tokenizer, target.config().vocabSize())));
  }
}
