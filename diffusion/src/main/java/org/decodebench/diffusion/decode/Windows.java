package org.decodebench.diffusion.decode;

/** How a canvas is cut into windows, from left to right. */
@FunctionalInterface
interface Windows {

  /**
   * The window that starts at {@code from}.
   *
   * @param from 0 or the end of the window before
   */
  Window next(Canvas canvas, int from, Filler filler);
}
