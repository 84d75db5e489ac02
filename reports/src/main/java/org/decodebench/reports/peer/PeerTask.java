package org.decodebench.reports.peer;

/**
 * What an engine is asked: evaluate a prompt, then continue it greedily.
 *
 * @param model a file that both can read
 * @param threads of both
 * @param promptTokens of the prompt, the same ones for all
 * @param newTokens forwards of one position after it
 */
record PeerTask(String model, int threads, int promptTokens, int newTokens) {}
