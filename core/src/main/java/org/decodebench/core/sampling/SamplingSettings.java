package org.decodebench.core.sampling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.decode.DecoderProvider.Setting;
import org.decodebench.core.decode.Settings;

/**
 * The sampling settings that all decoders share, one spelling each. A value that does nothing (0
 * for top-k, 1 for top-p, …) leaves its processor out.
 *
 * <p>Order of the chain: logit bias, repetition penalty, frequency and presence penalties,
 * temperature, top-k, top-p, min-p, typical-p, as in Hugging Face Transformers. At temperature 0
 * the largest logit after the penalties is taken and the truncations have nothing to do.
 *
 * @param temperature 0 for greedy
 * @param topK 0 for all
 * @param topP 1 for all
 * @param minP 0 for all
 * @param typicalP 1 for all
 * @param repetitionPenalty 1 for none
 * @param frequencyPenalty 0 for none
 * @param presencePenalty 0 for none
 * @param logitBias added to single tokens' logits
 */
public record SamplingSettings(
    double temperature,
    int topK,
    double topP,
    double minP,
    double typicalP,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    Map<Integer, Double> logitBias) {

  public static final SamplingSettings GREEDY = atTemperature(0);

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting("temperature", "0", "divides the logits; 0 is greedy"),
          new Setting("top-k", "0", "keep the k most probable tokens; 0 for all"),
          new Setting("top-p", "1", "keep the nucleus of this mass, crossing token included"),
          new Setting("min-p", "0", "keep tokens of at least this share of the largest"),
          new Setting("typical-p", "1", "keep the locally typical tokens of this mass"),
          new Setting("repetition-penalty", "1", "divides logits of tokens in the text; 1 is none"),
          new Setting("frequency-penalty", "0", "taken from a logit per earlier occurrence"),
          new Setting("presence-penalty", "0", "taken from a logit once if the token occurred"),
          new Setting("logit-bias", "", "id:value pairs joined by ';', added to logits"));

  public SamplingSettings {
    logitBias = Map.copyOf(logitBias);
  }

  /** Nothing but a temperature. */
  public static SamplingSettings atTemperature(double temperature) {
    return new SamplingSettings(temperature, 0, 1, 0, 1, 1, 0, 0, Map.of());
  }

  /** A decoder's own settings followed by those of sampling. */
  public static List<Setting> after(Setting... own) {
    return Stream.concat(Stream.of(own), SETTINGS.stream()).toList();
  }

  public static SamplingSettings parse(Settings settings) {
    double infinity = Double.POSITIVE_INFINITY;
    return new SamplingSettings(
        settings.number("temperature", 0, 1e6),
        settings.integer("top-k", 0, Integer.MAX_VALUE),
        settings.number("top-p", Double.MIN_NORMAL, 1),
        settings.number("min-p", 0, 1),
        settings.number("typical-p", Double.MIN_NORMAL, 1),
        settings.number("repetition-penalty", Double.MIN_NORMAL, infinity),
        settings.number("frequency-penalty", -infinity, infinity),
        settings.number("presence-penalty", -infinity, infinity),
        bias(settings));
  }

  public boolean greedy() {
    return temperature == 0;
  }

  /** The chain in its order. */
  public List<LogitsProcessor> chain() {
    List<LogitsProcessor> chain = new ArrayList<>();
    if (!logitBias.isEmpty()) {
      chain.add(new LogitBias(logitBias));
    }
    if (repetitionPenalty != 1) {
      chain.add(new RepetitionPenalty(repetitionPenalty));
    }
    if (frequencyPenalty != 0 || presencePenalty != 0) {
      chain.add(new CountPenalty(frequencyPenalty, presencePenalty));
    }
    if (greedy()) {
      chain.add(new Greedy());
      return chain;
    }
    if (temperature != 1) {
      chain.add(new Temperature(temperature));
    }
    if (topK > 0) {
      chain.add(new TopK(topK));
    }
    if (topP < 1) {
      chain.add(new TopP(topP));
    }
    if (minP > 0) {
      chain.add(new MinP(minP));
    }
    if (typicalP < 1) {
      chain.add(new TypicalP(typicalP));
    }
    return chain;
  }

  /**
   * @throws UsageException if the logit bias names a token that the vocabulary lacks
   */
  public Sampler sampler(int vocab) {
    for (int token : logitBias.keySet()) {
      if (token >= vocab) {
        throw new UsageException(
            "logit-bias names token %d, but the vocabulary has ids 0 to %d"
                .formatted(token, vocab - 1));
      }
    }
    return new Sampler(chain(), vocab);
  }

  private static Map<Integer, Double> bias(Settings settings) {
    Map<Integer, Double> bias = new LinkedHashMap<>();
    String text = settings.text("logit-bias");
    for (String pair : text.isEmpty() ? new String[0] : text.split(";", -1)) {
      int colon = pair.indexOf(':');
      try {
        int token = Integer.parseInt(pair.substring(0, Math.max(0, colon)).strip());
        double value = Double.parseDouble(pair.substring(colon + 1).strip());
        if (token >= 0 && !Double.isNaN(value) && value != Double.POSITIVE_INFINITY) {
          bias.put(token, value);
          continue;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw settings.bad("logit-bias", "id:value pairs joined by ';', for example 17:-2.5;4:1");
    }
    return bias;
  }
}
