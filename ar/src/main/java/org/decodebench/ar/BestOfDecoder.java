package org.decodebench.ar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.model.LanguageModel;

/**
 * Samples n texts for each prompt in one batch, the prompt read once, and keeps the best under the
 * model's own likelihood. Nothing is readable before all are written.
 *
 * @param by what decides
 */
record BestOfDecoder(String spec, int n, Measure by, ArDecoder sampler) implements Decoder {

  /** How texts of different lengths are compared. */
  enum Measure {
    MEAN,
    SUM
  }

  @Override
  public void check(LanguageModel model) {
    CausalRequests.checkModel("ar-best-of", model);
  }

  @Override
  public DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    List<DecodeResult.Sequence> best = new ArrayList<>();
    Map<String, Long> phases = new LinkedHashMap<>();
    for (int index = 0; index < request.prompts().size(); index++) {
      double[] logProbabilities = new double[n];
      DecodeResult all =
          sampler.decode(samples(request, index), DecodeListener.NONE, logProbabilities);
      best.add(best(all.sequences(), logProbabilities));
      all.phases().forEach((phase, nanos) -> phases.merge(phase, nanos, Long::sum));
    }
    for (int index = 0; index < best.size(); index++) {
      int[] tokens = best.get(index).tokens();
      listener.committed(index, 0, IntStream.range(0, tokens.length).toArray(), tokens, false);
    }
    return DecodeResult.of(best, phases);
  }

  /** The prompt n times; the first text is the one that plain sampling gives. */
  private DecodeRequest samples(DecodeRequest request, int index) {
    Prompt prompt = request.prompts().get(index);
    List<Prompt> prompts =
        IntStream.range(0, n)
            .mapToObj(i -> new Prompt(prompt.stream() ^ (i * 0x9E3779B97F4A7C15L), prompt.tokens()))
            .toList();
    return new DecodeRequest(request.model(), prompts, request.maxNewTokens(), request.seed());
  }

  private DecodeResult.Sequence best(List<DecodeResult.Sequence> texts, double[] logProbabilities) {
    int best = 0;
    for (int i = 1; i < n; i++) {
      if (value(texts, logProbabilities, i) > value(texts, logProbabilities, best)) {
        best = i;
      }
    }
    return texts.get(best);
  }

  private double value(List<DecodeResult.Sequence> texts, double[] logProbabilities, int i) {
    return by == Measure.SUM
        ? logProbabilities[i]
        : logProbabilities[i] / texts.get(i).tokens().length;
  }
}
