package org.decodebench.diffusion.decode;

import java.util.function.LongFunction;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.model.Attention;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.diffusion.policy.Chance;

/**
 * A diffusion decoder whose random choices can come from elsewhere than the seed, so that its exact
 * distribution can be computed by taking every branch.
 */
public interface DiffusionDecoder extends Decoder {

  /**
   * What the rows of a canvas see of each other.
   *
   * @param length of the canvas
   */
  Attention attention(LanguageModel model, int length);

  /**
   * Whether a token stays as it is once it is placed; not so where a sampler masks again or edits.
   */
  boolean placedIsFinal();

  /**
   * @param chances the choices of a sequence, by its stream; the request's seed is not used
   * @param observer sees every step's predictions
   */
  DecodeResult decode(
      DecodeRequest request,
      DecodeListener listener,
      LongFunction<Chance> chances,
      StepObserver observer);

  @Override
  default DecodeResult decode(DecodeRequest request, DecodeListener listener) {
    return decode(request, listener, StepObserver.NONE);
  }

  /** With the random choices of the request's seed. */
  default DecodeResult decode(
      DecodeRequest request, DecodeListener listener, StepObserver observer) {
    return decode(
        request, listener, stream -> Chance.of(new RandomStream(request.seed(), stream)), observer);
  }
}
