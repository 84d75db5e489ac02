package org.decodebench.reports.jmh;

import java.util.concurrent.TimeUnit;
import org.decodebench.core.checkpoint.Models;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.DecodeResult;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.kernel.KernelsProvider;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.model.RuntimeOptions;
import org.decodebench.core.model.RuntimeOptions.Backend;
import org.decodebench.core.source.OracleModel;
import org.decodebench.core.source.Sources;
import org.decodebench.reports.run.EventLog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What the harness costs: the same decode in a bare loop, and as {@code decodebench run} does it
 * inside its timed region, with a meter between decoder and model and a listener that records every
 * event with its time. Their ratio should be 1; a harness that slowed what it measures would slow
 * the decoders with many small commits most, and so take sides.
 *
 * <p>The ratio of two times that drift apart by more than one percent says little about one
 * percent. So look at the oracle, whose forwards cost next to nothing: the difference of its two
 * times, divided by the tokens, is what the harness takes for a token, undiluted; divided by a
 * token's time on the network it is the overhead.
 */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class HarnessBenchmark extends Benchmarked {
  private static final int TOKENS = 64;

  /** A network, or a source of eight symbols that knows its own probabilities. */
  @Param({"tales-ar", "oracle"})
  public String model;

  private final CostCounter counter = new CostCounter();
  private final EventLog log = new EventLog();
  private Decoder decoder;
  private DecodeRequest request;
  private DecodeRequest metered;

  @Setup
  public void setUp() {
    boolean oracle = model.equals("oracle");
    LanguageModel target =
        oracle
            ? OracleModel.autoregressive(Sources.byName("markov"))
            : Models.load(model, new RuntimeOptions(0, Backend.AUTO));
    int[] prompt = target.tokenizer().encode(oracle ? "" : "the", true);
    decoder = Decoders.create("ar", name -> target);
    request = DecodeRequest.of(target, prompt, TOKENS, 1);
    metered = request.with(new MeteredModel(target, counter));
    Agreement.same("bare and measured", tokens(bare()), tokens(measured()));
    KernelsProvider.awaitCompiled();
  }

  private static int[] tokens(DecodeResult result) {
    return result.sequences().getFirst().tokens();
  }

  @Benchmark
  public DecodeResult bare() {
    return decoder.decode(request, DecodeListener.NONE);
  }

  @Benchmark
  public DecodeResult measured() {
    log.start();
    return decoder.decode(metered, log);
  }
}
