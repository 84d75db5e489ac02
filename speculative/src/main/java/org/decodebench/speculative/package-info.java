/** Drafting and verification on top of autoregressive and diffusion decoding. */
package org.decodebench.speculative;
