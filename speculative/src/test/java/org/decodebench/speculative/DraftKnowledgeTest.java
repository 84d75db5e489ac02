package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.decodebench.ar.ToyModel;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.DecoderContext;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.ForwardingModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.ModelConfig;
import org.decodebench.core.model.Session;
import org.decodebench.core.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where drafts come from, and that they are counted and understood. */
class DraftKnowledgeTest {
  private static final ToyModel TARGET = new ToyModel("toy", 12, 5);
  private static final List<Prompt> PROMPTS =
      List.of(
          new Prompt(0, new int[] {0, 2, 3}),
          new Prompt(1, new int[] {0, 4}),
          new Prompt(2, new int[] {0, 2, 3, 4}));

  @Test
  void forwardsOfTheTableThatTheDecoderCountsItselfAreCounted(@TempDir Path folder)
      throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "abcabcabcdabcabce".repeat(4));
    CostCounter cost = new CostCounter();
    DecoderContext context =
        new DecoderContext() {
          @Override
          public LanguageModel model(String reference) {
            throw new AssertionError(reference);
          }

          @Override
          public LanguageModel own(LanguageModel made) {
            return new MeteredModel(made, cost);
          }
        };
    Decoder decoder = Decoders.create("ngram-draft:k=2,text=" + text, context);
    DecodeResult result = decode(decoder, TARGET, 1);
    assertTrue(result.drafted() > 0);
    assertTrue(cost.total().positions() >= result.drafted(), "a position a drafted token");
  }

  @Test
  void theOracleAsksTheTargetOnceAPrompt() {
    AtomicInteger opened = new AtomicInteger();
    LanguageModel target = new Counting(TARGET, opened);
    Decoder oracle = Decoders.create("oracle-draft:acceptance=0.7", reference -> target);
    DecodeResult first = decode(oracle, target, 1);
    int atFirst = opened.getAndSet(0);
    DecodeResult again = decode(oracle, target, 2);
    assertEquals(4, atFirst, "the decode and three continuations");
    assertEquals(1, opened.get(), "another seed is no other continuation at temperature 0");
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(first.sequences().get(i).tokens(), again.sequences().get(i).tokens());
    }
  }

  @Test
  void draftsInAsManyOtherTokensAreRefused() {
    LanguageModel shouting = new Retokenized(TARGET.draft(0.7), new Shouting(TARGET.tokenizer()));
    UsageException e =
        assertThrows(
            UsageException.class,
            () ->
                decode(
                    Decoders.create("speculative:draft=shouting", reference -> shouting),
                    TARGET,
                    1));
    assertTrue(e.getMessage().contains("token 2 is 'A' against 'a'"), e.getMessage());
  }

  /** What theory needs is how often a text was verified, also where texts share the forwards. */
  @Test
  void verificationsAreCountedATextWhateverTheBatch() {
    Decoder decoder = Decoders.create("speculative:draft=near,k=3", reference -> TARGET.draft(0.7));
    long alone = 0;
    for (Prompt prompt : PROMPTS) {
      CostCounter cost = new CostCounter();
      DecodeResult result =
          decoder.decode(
              new DecodeRequest(new MeteredModel(TARGET, cost), List.of(prompt), 20, 1),
              DecodeListener.NONE);
      assertEquals(cost.total().forwards() - 1, result.verifications(), "all but the prompt's");
      alone += result.verifications();
    }
    assertEquals(alone, decode(decoder, TARGET, 1).verifications());
  }

  private static DecodeResult decode(Decoder decoder, LanguageModel model, long seed) {
    return decoder.decode(new DecodeRequest(model, PROMPTS, 20, seed), DecodeListener.NONE);
  }

  /** No {@link ForwardingModel}, which the oracle would look behind. */
  private record Counting(LanguageModel behind, AtomicInteger opened) implements LanguageModel {
    @Override
    public String name() {
      return behind.name();
    }

    @Override
    public ModelConfig config() {
      return behind.config();
    }

    @Override
    public Tokenizer tokenizer() {
      return behind.tokenizer();
    }

    @Override
    public Session open(int capacity, int width) {
      opened.incrementAndGet();
      return behind.open(capacity, width);
    }
  }

  private record Retokenized(LanguageModel model, Tokenizer tokenizer) implements ForwardingModel {}

  /** The same ids for other letters. */
  private record Shouting(Tokenizer quiet) implements Tokenizer {
    @Override
    public int vocabSize() {
      return quiet.vocabSize();
    }

    @Override
    public int[] encode(String text, boolean special) {
      return quiet.encode(text.toLowerCase(Locale.ROOT), special);
    }

    @Override
    public String decode(int[] ids) {
      return quiet.decode(ids).toUpperCase(Locale.ROOT);
    }

    @Override
    public String piece(int id) {
      return id < 2 ? quiet.piece(id) : quiet.piece(id).toUpperCase(Locale.ROOT);
    }

    @Override
    public OptionalInt begin() {
      return quiet.begin();
    }

    @Override
    public boolean isEnd(int id) {
      return quiet.isEnd(id);
    }

    @Override
    public OptionalInt end() {
      return quiet.end();
    }
  }
}
