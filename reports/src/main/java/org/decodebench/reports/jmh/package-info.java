/**
 * Benchmarks of single kernels, of a forward and of whole decodes, on JMH. Each is a page to be
 * read: what is timed, which pitfall it avoids, and the check that both sides of a comparison
 * compute the same. Run them with {@code decodebench jmh}, or build {@code benchmarks.jar}.
 */
package org.decodebench.reports.jmh;
