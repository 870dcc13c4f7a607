/**
 * The bridge to TorchScript, in which the mathematics of the library is written.
 *
 * <p>A {@link org.djlflows.kernel.Kernel} is text: typed functions with holes for constants and for
 * the kernels that it calls. A {@link org.djlflows.kernel.Program} is that text compiled, with the
 * parameters of one block. No other package touches TorchScript, and no layer does tensor
 * arithmetic in Java: DJL's eager operations free scalar operands before the backward pass, hold
 * every intermediate until the batch is closed, and lack many operators.
 */
package org.djlflows.kernel;
