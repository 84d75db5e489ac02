package org.decodebench.core.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.decodebench.core.UsageException;

/**
 * Metadata of a GGUF file by key. Every getter throws a {@link UsageException} that names file and
 * key where the value has another kind or lies out of range.
 */
public final class GgufMetadata {
  private final String file;
  private final Map<String, GgufValue> values;

  GgufMetadata(String file, Map<String, GgufValue> values) {
    this.file = file;
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** In the order of the file. */
  public Set<String> keys() {
    return values.keySet();
  }

  /** The file's name, for messages. */
  public String file() {
    return file;
  }

  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** A value as one line of text. */
  public String display(String key) {
    return values.get(key).display();
  }

  public Optional<String> text(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Text t -> Optional.of(t.value());
      case GgufValue other -> throw wrong(key, "a string", other);
    };
  }

  public String requiredText(String key) {
    return text(key).orElseThrow(() -> missing(key));
  }

  /** An integer from {@code min} to {@code max}. */
  public OptionalInt integer(String key, int min, int max) {
    return switch (values.get(key)) {
      case null -> OptionalInt.empty();
      case GgufValue.Int i when i.value() >= min && i.value() <= max ->
          OptionalInt.of((int) i.value());
      case GgufValue other -> throw wrong(key, "an integer from " + min + " to " + max, other);
    };
  }

  public int requiredInteger(String key, int min, int max) {
    return integer(key, min, max).orElseThrow(() -> missing(key));
  }

  /** A finite number. */
  public Optional<Double> number(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Real r when Double.isFinite(r.value()) -> Optional.of(r.value());
      case GgufValue.Int i -> Optional.of((double) i.value());
      case GgufValue other -> throw wrong(key, "a finite number", other);
    };
  }

  public Optional<Boolean> flag(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Bool b -> Optional.of(b.value());
      case GgufValue other -> throw wrong(key, "true or false", other);
    };
  }

  /** A fresh copy is not made: the array must not be changed. */
  public Optional<String[]> texts(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Texts t -> Optional.of(t.values());
      case GgufValue other -> throw wrong(key, "an array of strings", other);
    };
  }

  Optional<double[]> numbers(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Reals r -> Optional.of(r.values());
      case GgufValue other -> throw wrong(key, "an array of numbers", other);
    };
  }

  Optional<long[]> integers(String key) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case GgufValue.Ints i -> Optional.of(i.values());
      case GgufValue other -> throw wrong(key, "an array of integers", other);
    };
  }

  Optional<GgufValue> value(String key) {
    return Optional.ofNullable(values.get(key));
  }

  UsageException missing(String key) {
    return new UsageException("%s: metadata %s is missing".formatted(file, key));
  }

  UsageException wrong(String key, String expected, GgufValue found) {
    return new UsageException(
        "%s: metadata %s is %s where %s is needed".formatted(file, key, found.display(), expected));
  }
}
