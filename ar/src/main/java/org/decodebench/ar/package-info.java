/** Autoregressive decoding and exact likelihood. */
package org.decodebench.ar;
