/**
 * Sampling: more even samples, inversions that are checked, and in parallel where a layer allows
 * it.
 */
package org.djlflows.sampling;
