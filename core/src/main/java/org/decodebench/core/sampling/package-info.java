/**
 * From logits to a token: the chain of processors, the distribution that it leaves, and
 * counter-based random numbers. Everything that samples is double precision (float Gumbel noise
 * lowers the effective temperature, 2409.02908).
 */
package org.decodebench.core.sampling;
