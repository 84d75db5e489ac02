package org.decodebench.ar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.NBestDecoder;
import org.decodebench.core.decode.PhaseClock;
import org.decodebench.core.model.LanguageModel;

/**
 * Samples n texts for each prompt in one batch, the prompt read once, and keeps the best under the
 * model's own likelihood. Nothing is readable before all are written.
 *
 * @param by what decides
 */
record BestOfDecoder(String spec, int n, Measure by, ArDecoder sampler) implements NBestDecoder {

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
    PhaseClock clock = new PhaseClock();
    List<List<Hypothesis>> ranked = ranked(request, listener, clock);
    return DecodeResult.of(
        ranked.stream().map(list -> list.getFirst().text()).toList(), clock.phases());
  }

  @Override
  public List<List<Hypothesis>> nBest(DecodeRequest request, DecodeListener listener) {
    return ranked(request, listener, new PhaseClock());
  }

  private List<List<Hypothesis>> ranked(
      DecodeRequest request, DecodeListener listener, PhaseClock clock) {
    List<List<Hypothesis>> ranked = new ArrayList<>();
    for (int index = 0; index < request.prompts().size(); index++) {
      double[] logProbabilities = new double[n];
      DecodeResult all =
          sampler.decode(samples(request, index), DecodeListener.NONE, logProbabilities);
      ranked.add(ranked(all.sequences(), logProbabilities));
      all.phases().forEach(clock::add);
    }
    for (int index = 0; index < ranked.size(); index++) {
      int[] tokens = ranked.get(index).getFirst().text().tokens();
      listener.committed(index, 0, IntStream.range(0, tokens.length).toArray(), tokens, false);
    }
    return ranked;
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

  private List<Hypothesis> ranked(List<DecodeResult.Sequence> texts, double[] logProbabilities) {
    return IntStream.range(0, n)
        .mapToObj(i ->
            new Hypothesis(
                texts.get(i), logProbabilities[i], score(texts.get(i), logProbabilities[i])))
        .sorted(Comparator.comparingDouble(Hypothesis::score).reversed())
        .toList();
  }

  private double score(DecodeResult.Sequence text, double logProbability) {
    return by == Measure.SUM ? logProbability : logProbability / text.tokens().length;
  }
}
