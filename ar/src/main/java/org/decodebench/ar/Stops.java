package org.decodebench.ar;

import java.util.List;
import java.util.Set;

/**
 * What ends a text besides the model's end tokens.
 *
 * @param ids further tokens that end it
 * @param strings that end it as soon as the generated text holds one, wherever the tokens divide
 *     it; the token that completes the string is the text's last
 */
public record Stops(Set<Integer> ids, List<String> strings) {
  public static final Stops NONE = new Stops(Set.of(), List.of());

  public Stops {
    ids = Set.copyOf(ids);
    strings = List.copyOf(strings);
  }
}
