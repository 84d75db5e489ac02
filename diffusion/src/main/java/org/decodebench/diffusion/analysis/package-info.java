/** Where the error of a diffusion decode comes from: exact distributions of samplers. */
package org.decodebench.diffusion.analysis;
