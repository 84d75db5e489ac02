package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.sampling.RandomStream;
import org.decodebench.core.source.Source;
import org.decodebench.core.source.Sources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact claims once more, on the embedded transformers. */
class TransformerTest {
  private static final LanguageModel TARGET = load("tales-ar", 1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "speculative:draft=tales-draft",
        "speculative:draft=tales-draft,k=8,confidence=0.5,batch=8",
        "speculative:draft=tales-draft,tree=3x2x1x1,batch=16",
        "speculative:draft=layers:0+3:tales-ar,batch=16",
        "speculative:draft=ngram:tales:3,batch=16",
        "diffusion-draft:draft=tales-bd8,k=6,batch=16",
        "diffusion-draft:draft=tales-mdlm,batch=16",
        "medusa:heads=tales-medusa,k=4",
        "medusa:heads=tales-medusa,tree=4x2x1,batch=16",
        "eagle:heads=tales-eagle,k=5",
        "eagle:heads=tales-eagle,tree=4x2x1x1,batch=7",
        "prompt-lookup"
      })
  void greedySpeculativeEqualsGreedyAutoregressive(String spec) {
    List<Prompt> prompts =
        prompts(spec.contains("tales-draft,k=8") || spec.contains("heads") ? 200 : 60);
    DecodeResult expected = decode("ar", TARGET, prompts, 24);
    DecodeResult result = decode(spec, TARGET, prompts, 24);
    assertSame(expected, result);
    assertTrue(result.drafted() > 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ar",
        "ar:temperature=1",
        "speculative:draft=tales-draft",
        "speculative:draft=tales-draft,temperature=1",
        "speculative:draft=tales-draft,temperature=1,tree=2x2",
        "medusa:heads=tales-medusa,k=3,temperature=1",
        "eagle:heads=tales-eagle,tree=3x2x1,temperature=1",
        "diffusion-draft:draft=tales-bd8,temperature=1"
      })
  void sameTokensInBatchesOfOneAndFourOnOneThreadAndTwo(String spec) {
    List<Prompt> prompts = prompts(4);
    DecodeResult together = decode(spec, TARGET, prompts, 40);
    assertSame(together, decode(spec, load("tales-ar", 2), prompts, 40));
    List<DecodeResult.Sequence> alone = new ArrayList<>();
    for (Prompt prompt : prompts) {
      alone.addAll(decode(spec, TARGET, List.of(prompt), 40).sequences());
    }
    for (int i = 0; i < prompts.size(); i++) {
      assertArrayEquals(together.sequences().get(i).tokens(), alone.get(i).tokens());
    }
  }

  @Test
  void theTargetDraftingForItselfIsAlwaysAccepted() {
    DecodeResult result =
        decode("speculative:draft=tales-ar,temperature=1", TARGET, prompts(20), 30);
    // Up to the end token; what was drafted after it does not exist.
    assertEquals(result.drafted(), result.accepted());
  }

  private static void assertSame(DecodeResult expected, DecodeResult actual) {
    assertEquals(expected.sequences().size(), actual.sequences().size());
    for (int i = 0; i < expected.sequences().size(); i++) {
      assertArrayEquals(
          expected.sequences().get(i).tokens(), actual.sequences().get(i).tokens(), "prompt " + i);
    }
  }

  private static DecodeResult decode(
      String spec, LanguageModel model, List<Prompt> prompts, int maxNewTokens) {
    return Decoders.create(spec, reference -> load(reference, 1))
        .decode(new DecodeRequest(model, prompts, maxNewTokens, 1), DecodeListener.NONE);
  }

  private static LanguageModel load(String name, int threads) {
    return Models.load(name, new RuntimeOptions(threads, Backend.AUTO));
  }

  /** Beginnings of stories of the source, of 1 to 40 tokens. */
  private static List<Prompt> prompts(int count) {
    Source source = Sources.byName("tales");
    return IntStream.range(0, count)
        .mapToObj(i -> {
          int[] story = source.sample(new RandomStream(7, i), 95);
          int[] prompt = new int[1 + Math.min(story.length - 1, i % 40)];
          prompt[0] = source.tokenizer().begin().orElseThrow();
          System.arraycopy(story, 0, prompt, 1, prompt.length - 1);
          return new Prompt(i, prompt);
        })
        .toList();
  }
}
