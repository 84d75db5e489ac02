package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exact claims once more, on the embedded transformers. */
class TransformerTest {
  private static final LanguageModel TARGET = load("tales-ar", 1);
  private static final List<Prompt> PROMPTS = prompts(200);
  private static final DecodeResult PLAIN = decode("ar", TARGET, PROMPTS, 24);

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
        "eagle:heads=tales-eagle,k=4,nodes=8,beam=3,batch=7",
        "eagle:heads=tales-eagle,k=5,adaptive=true,draft-cost=0.3,verify-cost=0.4,batch=7",
        "speculative:draft=window:8:tales-ar,batch=16",
        "prompt-lookup"
      })
  void greedySpeculativeEqualsGreedyAutoregressive(String spec) {
    DecodeResult result = decode(spec, TARGET, PROMPTS, 24);
    assertSame(PLAIN, result);
    assertTrue(result.drafted() > 0);
  }

  /** What applies to the text applies to draft and target alike. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "repetition-penalty=1.4,frequency-penalty=0.2",
        "presence-penalty=0.5,logit-bias=20:3;21:-2,min-new-tokens=12",
        "banned-words=the;was,stop=. ",
        "watermark=3,watermark-key=5"
      })
  void greedySpeculativeEqualsGreedyAutoregressiveUnderEverySetting(String settings) {
    List<Prompt> prompts = PROMPTS.subList(0, 20);
    DecodeResult expected = decode("ar:" + settings, TARGET, prompts, 24);
    assertNotEquals(tokens(PLAIN).subList(0, 20), tokens(expected), "the settings do something");
    for (String spec :
        List.of(
            "speculative:draft=tales-draft,k=3,",
            "eagle:heads=tales-eagle,tree=3x2,",
            "eagle:heads=tales-eagle,k=3,nodes=5,",
            "medusa:heads=tales-medusa,k=2,",
            "diffusion-draft:draft=tales-bd8,k=3,")) {
      assertSame(expected, decode(spec + settings, TARGET, prompts, 24));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"temperature=0", "temperature=1"})
  void draftedTextFollowsTheGrammar(String sampling, @TempDir Path temp) throws IOException {
    // Words without an e, at least four of them, and then the end.
    Path grammar = temp.resolve("no-e.gbnf");
    Files.writeString(grammar, "root ::= [^e]+ \" \" [^e]+ \" \" [^e]+ \" \" [^e]+");
    String constrained = sampling + ",grammar=" + grammar;
    List<Prompt> prompts = PROMPTS.subList(0, 8);
    DecodeResult plain = decode("ar:" + constrained, TARGET, prompts, 24);
    DecodeResult drafted =
        decode("speculative:draft=tales-draft,k=3," + constrained, TARGET, prompts, 24);
    for (DecodeResult.Sequence sequence : drafted.sequences()) {
      String text = TARGET.tokenizer().decode(sequence.tokens());
      assertTrue(text.matches("[^e]+ [^e]+ [^e]+ [^e]+"), text);
    }
    if (sampling.endsWith("0")) {
      assertSame(plain, drafted);
    }
    assertTrue(drafted.accepted() > 0);
  }

  @Test
  void aWindowAsWideAsTheTextHidesNothingAndANarrowOneDoes() {
    List<Prompt> prompts = PROMPTS.subList(0, 40);
    DecodeResult plain = decode("ar", TARGET, prompts, 24);
    assertSame(plain, decode("ar", load("window:96:tales-ar", 1), prompts, 24));
    LanguageModel narrow = load("window:6:tales-ar", 1);
    DecodeResult short6 = decode("ar", narrow, prompts, 24);
    assertNotEquals(tokens(plain), tokens(short6));
    // The window slides alike in a chunked prefill, a verification and a tree.
    for (String spec :
        List.of(
            "ar:prefill-chunk=3,batch=5",
            "speculative:draft=tales-draft,k=4",
            "speculative:draft=tales-draft,tree=3x2x1")) {
      assertSame(short6, decode(spec, narrow, prompts, 24));
    }
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

  private static List<List<Integer>> tokens(DecodeResult result) {
    return result.sequences().stream()
        .map(s -> Arrays.stream(s.tokens()).boxed().toList())
        .toList();
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
