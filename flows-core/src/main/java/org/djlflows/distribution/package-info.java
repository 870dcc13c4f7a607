/** Distributions: bases of flows, and what stands around a flow. */
package org.djlflows.distribution;
