/** Constrained decoding: a grammar masks the tokens that would break it. */
package org.decodebench.ar.grammar;
