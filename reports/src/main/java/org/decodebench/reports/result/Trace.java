package org.decodebench.reports.result;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/**
 * One decode as it happened, for the replay and the sample texts. {@code traces/<setting>.jsonl}
 * holds a few of a setting's decodes (the same prompts for every setting): a {@link Header} line,
 * its events in time order, an {@link End} line, the next header, and so on.
 */
public record Trace(Header header, List<Event> events, End end) {

  /** A line of a trace file. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Header.class, name = "header"),
    @JsonSubTypes.Type(value = Prefilled.class, name = "prefilled"),
    @JsonSubTypes.Type(value = Drafted.class, name = "drafted"),
    @JsonSubTypes.Type(value = Committed.class, name = "committed"),
    @JsonSubTypes.Type(value = End.class, name = "end")
  })
  public sealed interface Line {}

  /** Something that happened during the decode. */
  public sealed interface Event extends Line {
    /** Milliseconds since the request. */
    double tMs();
  }

  /**
   * @param setting the record's
   * @param prompt index in the workload
   * @param promptText as the user would read it
   * @param promptPieces of its tokens; concatenated they are the text
   * @param canvas positions after the prompt: most new tokens
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Header(
      int schemaVersion,
      String setting,
      String model,
      String decoder,
      int prompt,
      String promptText,
      List<String> promptPieces,
      int canvas)
      implements Line {}

  /** The prompt is in the cache. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Prefilled(double tMs) implements Event {}

  /**
   * Tokens drafted for the positions from {@code first}; the next commit says what became of them.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Drafted(double tMs, int step, int first, List<Integer> tokens, List<String> pieces)
      implements Event {}

  /**
   * Tokens committed, or changed if {@code overwrote}.
   *
   * @param positions 0-based after the prompt, ascending; may lie beyond the first end token
   * @param pieces what to show; the last piece of each position of the output, concatenated, is
   *     {@link End#text}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Committed(
      double tMs,
      int step,
      List<Integer> positions,
      List<Integer> tokens,
      List<String> pieces,
      boolean overwrote)
      implements Event {}

  /**
   * @param tokens emitted, up to and including the first end token
   * @param pieces of these tokens; concatenated they are {@code text}
   * @param text the continuation, without the prompt
   * @param stop {@code end} or {@code length}
   * @param sourceSurprisal -ln p of each token under the source given all before it; null for an
   *     impossible token and after it; empty without a source
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record End(
      double tMs,
      List<Integer> tokens,
      List<String> pieces,
      String text,
      String stop,
      List<Double> sourceSurprisal)
      implements Line {}
}
