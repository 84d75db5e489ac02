package org.decodebench.reports.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.List;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.ForwardingSession;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.Logits;
import org.decodebench.core.model.Run;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.Session;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A runtime whose logits are on a device brings the rows that are asked for and no others. So a
 * decoder may read of {@link Logits#values(int)} that row alone; on a processor, where all of them
 * are there, nothing would show that it reads another one.
 */
class LogitRowsTest {
  private static final int NEW = 24;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tales-ar | ar",
        "tales-ar | ar:temperature=1,top-p=0.9,repetition-penalty=1.2",
        "tales-ar | ar-beam:beams=3",
        "tales-ar | ar-best-of:n=3,temperature=1",
        "tales-ar | ar-contrastive",
        "tales-ar | speculative:draft=tales-draft,k=3",
        "tales-ar | speculative:draft=tales-draft,k=3,temperature=1,top-k=8",
        "tales-ar | speculative:draft=tales-draft,tree=2x2,temperature=1",
        "tales-ar | medusa:heads=tales-medusa,k=2",
        "tales-ar | eagle:heads=tales-eagle,k=3,nodes=6,temperature=1",
        "tales-ar | diffusion-draft:draft=tales-bd8,k=3,temperature=1",
        "tales-mdlm | masked-diffusion:temperature=1,threshold=0.9",
        "tales-mdlm | masked-diffusion:temperature=1,order=entropy,steps=8,guidance=0.5",
        "tales-mdlm | masked-diffusion:temperature=1,order=sampled-confidence,steps=8",
        "tales-mdlm | masked-diffusion:temperature=1,block=8,threshold=0.9,cache=dual,credit=0.5",
        "tales-mdlm | masked-diffusion:temperature=1,sampler=remask,remask=confidence,steps=8",
        "tales-bd8 | block-diffusion:temperature=1,entropy-bound=0.1",
        "tales-bd8 | self-speculative:temperature=1,steps=2"
      })
  void decodersReadTheRowThatTheyAskedFor(String reference, String spec) {
    try (LanguageModel whole = Models.load(reference, RuntimeOptions.DEFAULT)) {
      int[] all = decode(spec, whole);
      int[] alone = decode(spec, new RowsAlone(whole));
      assertArrayEquals(all, alone);
    }
  }

  /** Two texts, so that rows of several sequences share a forward. */
  private static int[] decode(String spec, LanguageModel model) {
    int[] prompt = model.tokenizer().encode("one day the", true);
    return Decoders.create(spec, LogitRowsTest::rowsAlone)
        .decode(
            new DecodeRequest(model, List.of(new Prompt(0, prompt), new Prompt(1, prompt)), NEW, 7),
            DecodeListener.NONE)
        .sequences()
        .stream()
        .flatMapToInt(s -> Arrays.stream(s.tokens()))
        .toArray();
  }

  private static LanguageModel rowsAlone(String reference) {
    return new RowsAlone(Models.load(reference, RuntimeOptions.DEFAULT));
  }

  private record RowsAlone(LanguageModel model) implements ForwardingModel {
    @Override
    public Session open(int capacity, int width) {
      return new RowsAloneSession(model.open(capacity, width));
    }
  }

  private record RowsAloneSession(Session session) implements ForwardingSession {
    @Override
    public Logits forward(List<Run> runs) {
      Logits logits = session.forward(runs);
      return new Logits(logits.values(), logits.rows(), logits.vocab()) {
        @Override
        public float[] values(int row) {
          float[] alone = new float[rows() * vocab()];
          Arrays.fill(alone, Float.NaN);
          System.arraycopy(values(), offset(row), alone, offset(row), vocab());
          return alone;
        }
      };
    }
  }
}
