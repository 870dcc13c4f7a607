/**
 * The bridge to TorchScript, in which the mathematics of the library is written.
 *
 * <p>A {@link org.djlflows.kernel.Kernel} is text: typed functions with holes for constants and for
 * the kernels that it calls. A {@link org.djlflows.kernel.Program} is that text compiled, with the
 * parameters of one block. No other package touches TorchScript, and no layer does arithmetic in
 * Java beyond adding the log-determinants of parts: DJL's eager operations free scalar operands
 * before the backward pass, hold every intermediate until the batch is closed, and lack many
 * operators.
 */
package org.djlflows.kernel;
