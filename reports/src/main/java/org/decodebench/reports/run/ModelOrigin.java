package org.decodebench.reports.run;

import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.decodebench.diffusion.noise.NoisyOracle;

/**
 * Where the harness finds models: those of {@code core}, and sources that answer as models with
 * their exact conditionals, {@code oracle:SOURCE}, {@code oracle-diffusion:SOURCE} and {@code
 * oracle-uniform:SOURCE} (uniform noise, short texts).
 */
public final class ModelOrigin {
  private static final String ORACLE = "oracle:";
  private static final String DIFFUSION_ORACLE = "oracle-diffusion:";
  private static final String UNIFORM_ORACLE = "oracle-uniform:";

  public static final ModelLoader.Origin DEFAULT = ModelOrigin::load;

  private ModelOrigin() {}

  private static LanguageModel load(String reference, RuntimeOptions options) {
    if (reference.startsWith(ORACLE)) {
      return OracleModel.autoregressive(Sources.byName(reference.substring(ORACLE.length())));
    }
    if (reference.startsWith(UNIFORM_ORACLE)) {
      return new NoisyOracle(Sources.byName(reference.substring(UNIFORM_ORACLE.length())));
    }
    if (reference.startsWith(DIFFUSION_ORACLE)) {
      Source source = Sources.byName(reference.substring(DIFFUSION_ORACLE.length()));
      if (source instanceof AnyOrderSource any) {
        return OracleModel.diffusion(any);
      }
      throw new UsageException(
          "source %s does not know its conditionals in any order; use a markov or hmm source"
              .formatted(source.name()));
    }
    return Models.load(reference, options);
  }

  /** Names of the models inside the program. */
  public static List<String> embedded() {
    return Models.embedded();
  }
}
