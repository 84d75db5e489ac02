package org.decodebench.ar;

import java.util.List;
import org.decodebench.ar.ExactLikelihood.Summary;
import org.decodebench.core.likelihood.Likelihood;
import org.decodebench.core.likelihood.LikelihoodMethod;
import org.decodebench.core.likelihood.ScoredText;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig.Paradigm;

/** Registers {@code exact}: {@link ExactLikelihood} behind the common contract. */
public final class ExactMethod implements LikelihoodMethod {

  @Override
  public String name() {
    return "exact";
  }

  @Override
  public String summary() {
    return "exact likelihood of an autoregressive model, left to right";
  }

  @Override
  public boolean isDefaultFor(LanguageModel model) {
    Paradigm paradigm = model.config().paradigm();
    return paradigm == Paradigm.AUTOREGRESSIVE
        || (paradigm == Paradigm.ANY && model.config().logitShift() == 1);
  }

  @Override
  public Likelihood evaluate(LanguageModel model, List<ScoredText> texts, Options options) {
    Summary summary =
        Summary.of(ExactLikelihood.score(model, texts, done -> options.progress().accept(done)));
    return new Likelihood(name(), false, summary.nll(), 0, summary.tokens(), 0, summary.correct());
  }
}
