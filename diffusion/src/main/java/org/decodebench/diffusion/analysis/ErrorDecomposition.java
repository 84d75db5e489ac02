package org.decodebench.diffusion.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.CostCounter;
import org.decodebench.core.decode.DecodeListener;
import org.decodebench.core.decode.DecodeRequest;
import org.decodebench.core.decode.Decoder;
import org.decodebench.core.decode.Decoders;
import org.decodebench.core.decode.MeteredModel;
import org.decodebench.core.model.LanguageModel;
import org.decodebench.core.source.AnyOrderSource;
import org.decodebench.core.source.OracleModel;
import org.decodebench.diffusion.decode.DiffusionDecoder;

/**
 * Where the error of a diffusion decode comes from, exactly, on texts that can be enumerated.
 *
 * <ul>
 *   <li><b>sampler</b>: the oracle's exact conditionals under the sampler's schedule, against the
 *       source. What committing several positions at once costs.
 *   <li><b>network</b>: the network one position a step without a cache, against the source.
 *   <li><b>cache</b>: the network under the sampler with its cache, against without.
 *   <li><b>total</b>: the network under the sampler with its cache, against the source.
 * </ul>
 *
 * The parts need not add up: a cache may undo what a network does. By the triangle inequality the
 * total variation of the whole is at most the network's under the sampler plus the cache's.
 *
 * @param decoder the sampler
 * @param forwards target forwards of a text, the mean over a few seeds
 * @param sampler of the oracle
 * @param network of the network, if there is one
 * @param cache of the network, if there is one and the decoder has an approximate cache
 * @param total of the network, if there is one
 */
public record ErrorDecomposition(
    String decoder,
    double forwards,
    Part sampler,
    Optional<Part> network,
    Optional<Part> cache,
    Optional<Part> total) {

  /**
   * @param totalVariation distance of the two distributions, 0 to 1
   * @param divergence of what came out from what should have, Σ p log(p / q) in nats with p what
   *     should have come out; infinite where the sampler cannot produce a text at all
   * @param excluded probability of texts that should not come out at all
   */
  public record Part(double totalVariation, double divergence, double excluded) {

    static Part of(Distribution is, Distribution should) {
      return new Part(is.totalVariation(should), should.divergence(is), is.excludedBy(should));
    }
  }

  private static final Set<String> CACHE = Set.of("cache", "refresh", "vicinity", "sub-cache");
  private static final Set<String> ONE_BY_ONE = Set.of("order", "block", "guidance");

  /** Samplers that take no order and choose their positions at random. */
  private static final Pattern RANDOM_POSITIONS =
      Pattern.compile("sampler=(first-hitting|ancestral|remask)");

  private static final int SEEDS = 50;

  /**
   * @param spec a diffusion decoder with its settings; at temperature 1 unless it says otherwise
   * @param network that was trained on the source, or none
   * @param source the truth
   * @param length tokens after the begin token; enumerable
   */
  public static ErrorDecomposition of(
      String spec, Optional<LanguageModel> network, AnyOrderSource source, int length) {
    int[] begin = {source.tokenizer().begin().orElseThrow()};
    Distribution truth = Distribution.of(source, new int[0], length);
    DiffusionDecoder decoder = decoder(spec);
    LanguageModel oracle =
        OracleModel.diffusion(source, network.map(m -> m.config().logitShift()).orElse(0));
    // An exact cache changes nothing and an approximate one would count as the sampler's error.
    DiffusionDecoder uncached = decoder(uncached(spec));
    Part sampler = Part.of(ExactSampler.of(uncached, oracle, begin, length), truth);
    double forwards = forwards(decoder, network.orElse(oracle), begin, length);
    if (network.isEmpty()) {
      return new ErrorDecomposition(
          decoder.spec(), forwards, sampler, Optional.empty(), Optional.empty(), Optional.empty());
    }
    LanguageModel model = network.get();
    DiffusionDecoder single = decoder(oneByOne(spec));
    Distribution whole = ExactSampler.of(decoder, model, begin, length);
    boolean cached = !decoder.spec().equals(uncached.spec());
    return new ErrorDecomposition(
        decoder.spec(),
        forwards,
        sampler,
        Optional.of(Part.of(ExactSampler.of(single, model, begin, length), truth)),
        cached
            ? Optional.of(Part.of(whole, ExactSampler.of(uncached, model, begin, length)))
            : Optional.empty(),
        Optional.of(Part.of(whole, truth)));
  }

  /** The decoder without its cache. */
  public static String uncached(String spec) {
    return decoder(reduce(spec, Set.of(), CACHE)).spec();
  }

  /** The decoder with its order and blocks, one position a step, without a cache. */
  public static String oneByOne(String spec) {
    String single = reduce(spec, ONE_BY_ONE, Set.of());
    if (RANDOM_POSITIONS.matcher(spec).find()) {
      single = with(single, "order=random");
    } else if (spec.contains("entropy-bound=") && !spec.contains("order=")) {
      single = with(single, "order=entropy");
    }
    return decoder(single).spec();
  }

  private static String with(String spec, String setting) {
    return spec + (spec.contains(":") ? "," : ":") + setting;
  }

  /**
   * The decoder at temperature 1 unless it says otherwise.
   *
   * @throws UsageException if it is no diffusion decoder
   */
  public static String sampling(String spec) {
    return decoder(spec).spec();
  }

  /**
   * @param spec with its settings; at temperature 1 unless it says otherwise
   * @throws UsageException if it is no diffusion decoder
   */
  static DiffusionDecoder decoder(String spec) {
    String full = spec.contains("temperature=") ? spec : with(spec, "temperature=1");
    Decoder decoder =
        Decoders.create(
            full,
            reference -> {
              throw new UsageException("decoder " + full + " needs a further model");
            });
    if (decoder instanceof DiffusionDecoder diffusion) {
      return diffusion;
    }
    throw new UsageException(
        "decoder %s is no diffusion decoder; its error has no such parts".formatted(full));
  }

  /** The decoder with only the settings to keep (all if none are named), without those to drop. */
  private static String reduce(String spec, Set<String> keep, Set<String> drop) {
    int colon = spec.indexOf(':');
    if (colon < 0) {
      return spec;
    }
    List<String> kept = new ArrayList<>();
    for (String setting : spec.substring(colon + 1).split(",")) {
      String key = setting.substring(0, Math.max(0, setting.indexOf('='))).strip();
      boolean sampling = SAMPLING.contains(key);
      boolean biased = setting.contains("sampled-confidence");
      if (!drop.contains(key)
          && (keep.isEmpty() || ((keep.contains(key) && !biased) || sampling))) {
        kept.add(setting);
      }
    }
    return spec.substring(0, colon) + (kept.isEmpty() ? "" : ":" + String.join(",", kept));
  }

  private static final Set<String> SAMPLING =
      Set.of("temperature", "top-k", "top-p", "min-p", "typical-p", "logit-bias");

  private static double forwards(
      DiffusionDecoder decoder, LanguageModel model, int[] begin, int length) {
    CostCounter counter = new CostCounter();
    MeteredModel metered = new MeteredModel(model, counter);
    for (int seed = 0; seed < SEEDS; seed++) {
      decoder.decode(DecodeRequest.of(metered, begin.clone(), length, seed), DecodeListener.NONE);
    }
    return counter.total().forwards() / (double) SEEDS;
  }
}
