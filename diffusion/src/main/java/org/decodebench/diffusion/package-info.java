/** Masked- and block-diffusion decoding and likelihood bounds. */
package org.decodebench.diffusion;
