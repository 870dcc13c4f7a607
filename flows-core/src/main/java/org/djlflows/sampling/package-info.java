/** Sampling whose inversions are checked, and run in parallel where a layer allows it. */
package org.djlflows.sampling;
