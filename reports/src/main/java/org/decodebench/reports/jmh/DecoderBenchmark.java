package org.decodebench.reports.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * A whole request from prompt to last token, on the embedded models. This is the quickest look at a
 * change; the fair comparison is {@code decodebench run}, which takes the decoders in turns, so
 * that a machine that slows down slows them all, and puts the quality of what they wrote beside
 * their speed. JMH runs one benchmark to its end before it starts the next.
 *
 * <p>All decoders are greedy, and stories end where they end: the same text every time, but not the
 * same number of tokens for each decoder. Times of two decoders compare two requests, not two
 * tokens.
 */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class DecoderBenchmark extends Benchmarked {
  private static final int TOKENS = 64;

  @Param({"the", "the little"})
  public String prompt;

  /** 0: one a physical core. */
  @Param({"0"})
  public int threads;

  /** A decoder, its model, and the request that it gets. */
  private final class Case {
    final Decoder decoder;
    final DecodeRequest request;

    Case(String decoder, String model, int threads) {
      RuntimeOptions options = new RuntimeOptions(threads, Backend.AUTO);
      LanguageModel target = Models.load(model, options);
      this.decoder = Decoders.create(decoder, name -> Models.load(name, options));
      this.decoder.check(target);
      int[] tokens = target.tokenizer().encode(prompt, true);
      request = DecodeRequest.of(target, tokens, TOKENS, 1);
    }

    DecodeResult run() {
      return decoder.decode(request, DecodeListener.NONE);
    }

    int[] tokens() {
      return run().sequences().getFirst().tokens();
    }
  }

  private Case ar;
  private Case speculative;
  private Case promptLookup;
  private Case masked;
  private Case block;

  /**
   * Speculation must give the target's own text, token for token, and a canvas the same text on one
   * thread as on all.
   */
  @Setup
  public void setUp() {
    ar = new Case("ar", "tales-ar", threads);
    speculative = new Case("speculative:draft=tales-draft,k=4", "tales-ar", threads);
    promptLookup = new Case("prompt-lookup", "tales-ar", threads);
    masked = new Case("masked-diffusion:threshold=0.9", "tales-mdlm", threads);
    block = new Case("block-diffusion:threshold=0.9", "tales-bd8", threads);
    Agreement.same("speculative and ar", speculative.tokens(), ar.tokens());
    Agreement.same("prompt-lookup and ar", promptLookup.tokens(), ar.tokens());
    for (Case canvas : List.of(masked, block)) {
      Case alone = new Case(canvas.decoder.spec(), canvas.request.model().name(), 1);
      Agreement.same(canvas.decoder.spec() + " on one thread", canvas.tokens(), alone.tokens());
    }
    KernelsProvider.awaitCompiled();
  }

  @Benchmark
  public DecodeResult ar() {
    return ar.run();
  }

  @Benchmark
  public DecodeResult speculative() {
    return speculative.run();
  }

  @Benchmark
  public DecodeResult promptLookup() {
    return promptLookup.run();
  }

  @Benchmark
  public DecodeResult maskedDiffusion() {
    return masked.run();
  }

  @Benchmark
  public DecodeResult blockDiffusion() {
    return block.run();
  }
}
