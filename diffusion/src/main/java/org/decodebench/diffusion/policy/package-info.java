/** The rules by which diffusion samplers change a canvas: one small class a sampler. */
package org.decodebench.diffusion.policy;
