package org.decodebench.speculative;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeRequest.Prompt;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** A real checkpoint and real prompts, where the shared data are present. */
class StoriesTest {

  @Test
  void greedySpeculativeEqualsGreedyAutoregressiveOnRealPrompts() throws IOException {
    LanguageModel model = model();
    List<Prompt> prompts = prompts(model, 200);
    DecodeResult expected = decode("ar:batch=16", model, prompts);
    for (String spec :
        List.of(
            "prompt-lookup:batch=16,k=6",
            "speculative:draft=self,k=5,batch=16",
            "speculative:draft=self,k=8,adaptive=true,batch=16",
            "speculative:draft=layers:0+2+4:" + data("models/stories260K-hf") + ",k=3,batch=16",
            "speculative:draft=self,tree=3x2x1,batch=16",
            "ngram-draft:text=" + data("text/tinystories-20k.txt") + ",k=4,batch=16",
            "oracle-draft:acceptance=0.7,batch=16")) {
      DecodeResult result = decode(spec, model, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        assertArrayEquals(
            expected.sequences().get(i).tokens(), result.sequences().get(i).tokens(), spec);
      }
      assertTrue(result.accepted() > 0, spec);
      if (spec.contains("self,k")) {
        assertEquals(result.drafted(), result.accepted(), "drafting for itself");
      }
    }
  }

  private static DecodeResult decode(String spec, LanguageModel model, List<Prompt> prompts) {
    return Decoders.create(
            spec,
            reference ->
                reference.equals("self")
                    ? model
                    : Models.load(reference, new RuntimeOptions(1, Backend.AUTO)))
        .decode(new DecodeRequest(model, prompts, 24, 1), DecodeListener.NONE);
  }

  private static LanguageModel model() {
    return Models.load(
        data("models/stories260K-hf").toString(), new RuntimeOptions(1, Backend.AUTO));
  }

  private static List<Prompt> prompts(LanguageModel model, int count) throws IOException {
    List<Prompt> prompts = new ArrayList<>();
    for (String line : Files.readAllLines(data("prompts/spec-bench.jsonl"))) {
      String text = line.replaceAll(".*\"turns\": \\[\"", "").replaceAll("\\\\n", " ");
      int[] tokens = model.tokenizer().encode(text, true);
      if (tokens[0] != model.tokenizer().begin().orElseThrow()) {
        throw new IllegalStateException("no begin token");
      }
      prompts.add(new Prompt(prompts.size(), Arrays.copyOf(tokens, Math.min(48, tokens.length))));
      if (prompts.size() == count) {
        break;
      }
    }
    return prompts;
  }

  private static Path data(String path) {
    String shared = System.getenv("SHARED");
    Path data = Path.of(shared == null ? "../../shared" : shared, "data", path);
    Assumptions.assumeTrue(Files.exists(data), "skipped: no " + data);
    return data;
  }
}
