package org.decodebench.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.diffusion.decode.DiffusionDecoder;

/** Short ways to decode in tests. */
public final class Decode {
  private Decode() {}

  public static DiffusionDecoder decoder(String spec) {
    return (DiffusionDecoder) Decoders.create(spec, name -> null);
  }

  public static int[] tokens(
      String spec, LanguageModel model, int[] prompt, int newTokens, long seed) {
    return batch(decoder(spec), model, List.of(prompt), newTokens, seed).getFirst();
  }

  /** Sequence i has stream i. */
  public static List<int[]> batch(
      Decoder decoder, LanguageModel model, List<int[]> prompts, int newTokens, long seed) {
    List<DecodeRequest.Prompt> list = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      list.add(new DecodeRequest.Prompt(i, prompts.get(i)));
    }
    return decoder
        .decode(new DecodeRequest(model, list, newTokens, seed), DecodeListener.NONE)
        .sequences()
        .stream()
        .map(sequence -> sequence.tokens())
        .toList();
  }

  public static long forwards(
      String spec, LanguageModel model, int[] prompt, int newTokens, long seed) {
    CostCounter counter = new CostCounter();
    tokens(spec, new MeteredModel(model, counter), prompt, newTokens, seed);
    return counter.total().forwards();
  }
}
