/** Lossless compression with a language model: the likelihood made into a file. */
package org.decodebench.ar.compress;
