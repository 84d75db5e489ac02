/** Likelihoods of diffusion models: bounds by sampling masks, and exact ones where they exist. */
package org.decodebench.diffusion.likelihood;
