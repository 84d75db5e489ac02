package org.decodebench.core.source;

import org.decodebench.core.tokenizer.WordTokenizer;

/**
 * A compiled story grammar.
 *
 * @param start first node
 * @param slots number of memory slots
 */
record StoryProgram(StoryNode start, int slots, WordTokenizer tokenizer) {}
