package org.decodebench.core.decode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.decodebench.core.UsageException;

/**
 * Settings of a decoder, read from {@code key=value,key=value}; every getter names decoder, key and
 * value in errors.
 */
public final class Settings {
  private final String decoder;
  private final List<DecoderProvider.Setting> known;
  private final Map<String, String> given;

  private Settings(String decoder, List<DecoderProvider.Setting> known, Map<String, String> given) {
    this.decoder = decoder;
    this.known = known;
    this.given = given;
  }

  /**
   * @throws UsageException for an unknown or doubled key, or a part that is no {@code key=value}
   */
  public static Settings parse(String decoder, List<DecoderProvider.Setting> known, String text) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      int eq = part.indexOf('=');
      String key = eq < 0 ? part.strip() : part.substring(0, eq).strip();
      if (eq < 0 || key.isEmpty()) {
        throw new UsageException(
            "decoder %s: expected key=value, found '%s'".formatted(decoder, part));
      }
      if (known.stream().noneMatch(s -> s.name().equals(key))) {
        String names =
            known.stream().map(DecoderProvider.Setting::name).collect(Collectors.joining(", "));
        throw new UsageException(
            "decoder %s has no setting '%s'; it has: %s".formatted(decoder, key, names));
      }
      if (given.put(key, part.substring(eq + 1).strip()) != null) {
        throw new UsageException("decoder %s: setting '%s' is given twice".formatted(decoder, key));
      }
    }
    return new Settings(decoder, known, given);
  }

  public boolean given(String key) {
    return given.containsKey(key);
  }

  /** The value as written, or the default. */
  public String text(String key) {
    String value = given.get(key);
    return value != null ? value : setting(key).defaultValue();
  }

  public int integer(String key, int min, int max) {
    try {
      int value = Integer.parseInt(text(key));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below, with the range
    }
    throw bad(
        key, "a whole number from " + min + (max == Integer.MAX_VALUE ? " up" : " to " + max));
  }

  public double number(String key, double min, double max) {
    try {
      double value = Double.parseDouble(text(key));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below, with the range
    }
    throw bad(
        key, "a number from " + min + (max == Double.POSITIVE_INFINITY ? " up" : " to " + max));
  }

  public boolean flag(String key) {
    return switch (text(key)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw bad(key, "true or false");
    };
  }

  /** One of an enum's names, lower case with hyphens. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    String value = text(key);
    List<String> names = new ArrayList<>();
    for (E e : type.getEnumConstants()) {
      String name = e.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      if (name.equals(value)) {
        return e;
      }
      names.add(name);
    }
    throw bad(key, "one of " + String.join(", ", names));
  }

  /** The same settings but one. */
  public Settings with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(given);
    changed.put(key, value);
    return new Settings(decoder, known, changed);
  }

  /** An error about one setting. */
  public UsageException bad(String key, String expected) {
    return new UsageException(
        "decoder %s: setting %s=%s: expected %s".formatted(decoder, key, text(key), expected));
  }

  /**
   * {@code name:key=value,…} with the settings that depart from their defaults, in the order of the
   * declaration.
   */
  public String spec() {
    String rest =
        known.stream()
            .filter(
                s -> given.containsKey(s.name()) && !given.get(s.name()).equals(s.defaultValue()))
            .map(s -> s.name() + "=" + given.get(s.name()))
            .collect(Collectors.joining(","));
    return rest.isEmpty() ? decoder : decoder + ":" + rest;
  }

  private DecoderProvider.Setting setting(String key) {
    return known.stream()
        .filter(s -> s.name().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(decoder + " declares no setting " + key));
  }
}
