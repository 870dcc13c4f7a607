/**
 * Densities, scores and samples of trained flows over tables, in Java alone: begin with {@link
 * org.djlflows.runtime.Scorer}.
 *
 * <p>A class here is the evaluator of the layer, the map or the network of the same name in {@code
 * org.djlflows.spec}, with weights that never change. It goes through a tile of rows at a time,
 * whose values lie feature by feature: x[feature * rows + row]. What is computed on the way is in
 * arrays of a {@code Workspace}, so that rows cost no allocation.
 */
package org.djlflows.runtime;
