package org.decodebench.core.source;

/**
 * A node of the compiled program of a story grammar: a finite, acyclic graph whose walk, together
 * with the memory slots, emits one text. A slot holds the index of an entry of some word class.
 *
 * <p>The program is unifilar: a token says which branch was taken, so the state after a prefix is a
 * function of the prefix.
 */
sealed interface StoryNode {

  /** Emits a fixed token. */
  record Word(int token, StoryNode next) implements StoryNode {}

  /** Emits the form that goes with what a slot holds: {@code tokens[entry]}. */
  record Copy(int slot, int[] tokens, StoryNode next) implements StoryNode {}

  /**
   * Emits one of a class's words, all equally likely.
   *
   * @param slot remembers the entry, or -1
   * @param entries of the class
   * @param tokens of the entries
   * @param entryOfToken {@code [vocab]}, -1 where the token is none of the class
   */
  record Pick(int slot, int[] entries, int[] tokens, int[] entryOfToken, StoryNode next)
      implements StoryNode {}

  /**
   * Takes a branch with a fixed probability; emits nothing itself.
   *
   * @param branchOfToken {@code [vocab]}: the branch that a text with this token took, or -1
   */
  record Fork(double[] probability, StoryNode[] branches, int[] branchOfToken)
      implements StoryNode {}

  /**
   * Takes the branch that what a slot holds asks for; emits nothing itself.
   *
   * @param valueOfEntry {@code [entries]}: index of the branch, -1 where the slot never holds it
   */
  record Switch(int slot, int[] valueOfEntry, StoryNode[] branches) implements StoryNode {}

  /** The end token, for ever. */
  record End() implements StoryNode {}
}
