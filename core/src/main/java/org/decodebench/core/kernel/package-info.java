/**
 * The arithmetic of a forward pass, without knowledge of models. {@link
 * org.decodebench.core.kernel.Kernels} is implemented twice: {@link
 * org.decodebench.core.kernel.ScalarKernels} to read, {@link
 * org.decodebench.core.kernel.VectorKernels} to run; {@link
 * org.decodebench.core.kernel.KernelsProvider} chooses.
 *
 * <p><b>Panels.</b> The vector kernels keep a weight matrix in panels of 64 rows, transposed
 * inside: {@code [rows/64][columns][64]}. One input value times one line of a panel gives a step of
 * 64 outputs, so an output is accumulated strictly in the order of the columns, by fused
 * multiply-adds, in one sum over all columns: the same operations for one position as for a
 * thousand, on any number of threads and in any vector width. That is the row invariance that the
 * decoders rely on. Reading a matrix for one position is one sequential stream; no sum across lanes
 * is ever needed.
 */
package org.decodebench.core.kernel;
