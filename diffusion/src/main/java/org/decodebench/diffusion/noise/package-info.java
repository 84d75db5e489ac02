/**
 * A second kind of noise: tokens are replaced by uniformly random ones, not by a mask (D3PM,
 * 2107.03006). Nothing is ever final before the end, and every position is predicted in every step.
 */
package org.decodebench.diffusion.noise;
