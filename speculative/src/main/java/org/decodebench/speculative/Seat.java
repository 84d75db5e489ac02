package org.decodebench.speculative;

import org.decodebench.ar.Continuation;

/**
 * A text that is being decoded.
 *
 * @param index of its prompt in the request
 * @param place of the sessions, target's and draft's alike
 * @param length how deep to draft for it
 */
record Seat(int index, int place, Continuation text, DraftLength length) {}
