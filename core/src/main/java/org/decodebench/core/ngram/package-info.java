/** The classical count-table baseline: trained in seconds, for perplexities and for drafting. */
package org.decodebench.core.ngram;
