package org.decodebench.speculative.self;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.decodebench.core.UsageException;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The text is that of the step-by-step decode, on a trained network. */
class SelfSpeculativeTest {
  private final LanguageModel model = Models.load("tales-bd8", RuntimeOptions.DEFAULT);

  private DecodeResult decode(String spec, LanguageModel with, long seed, DecodeListener listener) {
    int[] prompt = model.tokenizer().encode("one evening the polite boy", true);
    return Decoders.create(spec, name -> null)
        .decode(DecodeRequest.of(with, prompt, 40, seed), listener);
  }

  private int[] tokens(String spec, long seed) {
    return decode(spec, model, seed, DecodeListener.NONE).sequences().getFirst().tokens();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "verify=block,steps=1 order=left-to-right 0",
        "verify=block,steps=1 order=left-to-right 1",
        "verify=block,steps=3 order=left-to-right 0.8",
        "verify=one,steps=1 block=1 0",
        "verify=one,steps=2 block=1 1"
      })
  void theTextIsTokenForTokenThatOfStepByStepDecoding(
      String self, String plain, double temperature) {
    for (long seed = 1; seed <= 3; seed++) {
      assertArrayEquals(
          tokens("block-diffusion:" + plain + ",temperature=" + temperature, seed),
          tokens("self-speculative:" + self + ",temperature=" + temperature, seed),
          self + " at temperature " + temperature + ", seed " + seed);
    }
  }

  @Test
  void everyForwardIsCountedAndAgreementSavesSome() {
    CostCounter counter = new CostCounter();
    List<Integer> told = new ArrayList<>();
    DecodeListener listener =
        new DecodeListener() {
          @Override
          public void committed(
              int sequence, int step, int[] positions, int[] tokens, boolean overwrote) {
            for (int token : tokens) {
              told.add(token);
            }
          }
        };
    DecodeResult result = decode("self-speculative", new MeteredModel(model, counter), 1, listener);
    int[] tokens = result.sequences().getFirst().tokens();
    assertArrayEquals(tokens, told.stream().mapToInt(t -> t).toArray());
    long forwards = counter.total().forwards();
    assertEquals(2 * result.verifications(), forwards, "a draft and a verification a round");
    assertTrue(forwards < 2L * tokens.length, forwards + " forwards");
    assertTrue(result.accepted() > 0 && result.accepted() <= result.drafted());
  }

  @Test
  void aModelOfAnotherKindIsRefused() {
    LanguageModel masked = Models.load("tales-mdlm", RuntimeOptions.DEFAULT);
    assertThrows(
        UsageException.class, () -> Decoders.create("self-speculative", n -> null).check(masked));
  }
}
