package org.decodebench.core.source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.decodebench.core.UsageException;
import org.decodebench.core.source.task.Tasks;

/**
 * The sources by name. Those that are random are fixed by their settings: the same spelling is the
 * same source everywhere.
 *
 * <pre>
 * tales
 * markov:order=1,symbols=8,zeros=0.4,end=0,seed=1    end: probability of an end token at each step
 * hmm:states=4,symbols=6,zeros=0.3,seed=1
 * </pre>
 *
 * The values shown are the defaults. The tasks are sources too; see {@link Tasks}.
 */
public final class Sources {
  private static final Map<String, Source> MADE = new ConcurrentHashMap<>();

  private Sources() {}

  public static List<String> names() {
    return Stream.concat(Stream.of("tales", "markov", "hmm"), Tasks.names().stream()).toList();
  }

  /**
   * @param spec {@code name} or {@code name:key=value,key=value}
   * @throws UsageException if there is no such source or setting
   */
  public static Source byName(String spec) {
    return MADE.computeIfAbsent(spec, Sources::make);
  }

  private static Source make(String spec) {
    int colon = spec.indexOf(':');
    String name = colon < 0 ? spec : spec.substring(0, colon);
    String rest = colon < 0 ? "" : spec.substring(colon + 1);
    return switch (name) {
      case "tales" -> {
        settings(spec, rest, Map.of());
        yield new TalesSource();
      }
      case "markov" -> markov(spec, rest);
      case "hmm" -> hmm(spec, rest);
      default -> {
        if (!Tasks.names().contains(name)) {
          throw new UsageException(
              "no source '%s'; there are: %s".formatted(name, String.join(", ", names())));
        }
        yield Tasks.make(spec, name, settings(spec, rest, Tasks.defaults(name)));
      }
    };
  }

  private static Source markov(String spec, String rest) {
    Map<String, Double> s =
        settings(
            spec,
            rest,
            Map.of("order", 1.0, "symbols", 8.0, "zeros", 0.4, "end", 0.0, "seed", 1.0));
    int symbols = whole(spec, s, "symbols", 2, Alphabet.LETTERS);
    int order = whole(spec, s, "order", 1, 10);
    double zeros = number(spec, s, "zeros");
    double end = number(spec, s, "end");
    long seed = whole(spec, s, "seed", 0, Integer.MAX_VALUE);
    if (Math.pow(symbols + (end > 0 ? 1 : 0), order) > MarkovSource.MAX_CONTEXTS) {
      throw new UsageException(
          "source %s: symbols^order (the end counts as a symbol) must be at most %d"
              .formatted(spec, MarkovSource.MAX_CONTEXTS));
    }
    return end > 0
        ? MarkovSource.randomWithEnd(spec, symbols, order, zeros, end, seed)
        : MarkovSource.random(spec, symbols, order, zeros, seed);
  }

  private static Source hmm(String spec, String rest) {
    Map<String, Double> s =
        settings(spec, rest, Map.of("states", 4.0, "symbols", 6.0, "zeros", 0.3, "seed", 1.0));
    return HiddenMarkovSource.random(
        spec,
        whole(spec, s, "states", 1, 64),
        whole(spec, s, "symbols", 2, Alphabet.LETTERS),
        number(spec, s, "zeros"),
        whole(spec, s, "seed", 0, Integer.MAX_VALUE));
  }

  private static Map<String, Double> settings(
      String spec, String text, Map<String, Double> defaults) {
    Map<String, Double> values = new LinkedHashMap<>(defaults);
    for (String part : text.isEmpty() ? new String[0] : text.split(",")) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2 || !defaults.containsKey(pair[0].strip())) {
        throw new UsageException(
            "source %s: '%s' is no key=value with a key of: %s"
                .formatted(
                    spec, part, String.join(", ", defaults.keySet().stream().sorted().toList())));
      }
      try {
        values.put(pair[0].strip(), Double.valueOf(pair[1].strip()));
      } catch (NumberFormatException e) {
        throw new UsageException(
            "source %s: %s=%s: expected a number".formatted(spec, pair[0], pair[1]), e);
      }
    }
    return values;
  }

  private static int whole(String spec, Map<String, Double> s, String key, int min, int max) {
    double value = s.get(key);
    if (!(value >= min && value <= max && value == Math.rint(value))) {
      throw new UsageException(
          "source %s: %s must be a whole number from %d to %d".formatted(spec, key, min, max));
    }
    return (int) value;
  }

  private static double number(String spec, Map<String, Double> s, String key) {
    double value = s.get(key);
    if (!(value >= 0 && value < 1)) {
      throw new UsageException("source %s: %s must be a probability below 1".formatted(spec, key));
    }
    return value;
  }
}
