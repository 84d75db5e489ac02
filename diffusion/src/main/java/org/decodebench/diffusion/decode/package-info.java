/** The decoders: canvases, windows, forwards and caches around an unmasking policy. */
package org.decodebench.diffusion.decode;
