package org.decodebench.speculative;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.decodebench.ar.ArProvider;
import org.decodebench.ar.CausalSettings;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;

/**
 * Opens an {@link OracleDrafter}. What it knows it gets from the target itself, past the meter, the
 * first time that it meets a prompt: an oracle's knowledge is no part of what is measured, and
 * after a warm-up on the same prompts it takes no time either.
 *
 * @param work the draft whose cost is paid; may be null
 * @param known continuations so far
 */
record OracleDrafting(
    double acceptance, ModelDrafting work, CausalSettings text, Map<Question, int[]> known)
    implements DraftMethod {

  /** All that a continuation at temperature 0 depends on. */
  record Question(LanguageModel model, List<Integer> prompt, int maxNewTokens) {}

  OracleDrafting(double acceptance, ModelDrafting work, CausalSettings text) {
    this(acceptance, work, text, new ConcurrentHashMap<>());
  }

  @Override
  public void check(LanguageModel target) {
    if (work != null) {
      work.check(target);
    }
  }

  @Override
  public Drafter open(DecodeRequest request, int capacity, int width) {
    LanguageModel model = ForwardingModel.innermost(request.model());
    return new OracleDrafter(
        request.prompts().stream()
            .map(p -> continuation(model, p, request.maxNewTokens()))
            .toArray(int[][]::new),
        acceptance,
        model.config().vocabSize(),
        work == null ? null : work.open(request, capacity, width));
  }

  private int[] continuation(LanguageModel model, DecodeRequest.Prompt prompt, int maxNewTokens) {
    List<Integer> tokens = Arrays.stream(prompt.tokens()).boxed().toList();
    return known.computeIfAbsent(
        new Question(model, tokens, maxNewTokens),
        question ->
            ArProvider.decoder(text)
                .decode(
                    DecodeRequest.of(model, prompt.tokens(), maxNewTokens, 0), DecodeListener.NONE)
                .sequences()
                .getFirst()
                .tokens());
  }
}
