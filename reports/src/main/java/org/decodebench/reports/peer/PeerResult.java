package org.decodebench.reports.peer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;

/**
 * What an engine did, a line of {@code peers.jsonl}.
 *
 * @param schemaVersion of the file
 * @param engine {@code decodebench} or the peer's name
 * @param build of the engine
 * @param instructions that it uses, as far as it tells
 * @param model as the user named it
 * @param threads of the engine
 * @param fork round of the comparison, from 1: one process of each engine
 * @param promptTokens evaluated at once
 * @param newTokens one by one
 * @param prefillTokensPerS prompt tokens / time of the prefill
 * @param decodeTokensPerS new tokens / time of their forwards
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record PeerResult(
    int schemaVersion,
    String engine,
    String build,
    String instructions,
    String model,
    int threads,
    int fork,
    int promptTokens,
    int newTokens,
    double prefillTokensPerS,
    double decodeTokensPerS) {

  static final int SCHEMA_VERSION = 1;

  static PeerResult of(
      String engine,
      String build,
      String instructions,
      PeerTask task,
      double prefillTokensPerS,
      double decodeTokensPerS) {
    return new PeerResult(
        SCHEMA_VERSION,
        engine,
        build,
        instructions,
        task.model(),
        task.threads(),
        0,
        task.promptTokens(),
        task.newTokens(),
        prefillTokensPerS,
        decodeTokensPerS);
  }

  PeerResult inFork(int n) {
    return new PeerResult(
        schemaVersion,
        engine,
        build,
        instructions,
        model,
        threads,
        n,
        promptTokens,
        newTokens,
        prefillTokensPerS,
        decodeTokensPerS);
  }
}
