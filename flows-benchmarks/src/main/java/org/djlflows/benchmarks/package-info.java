/** Measurements of whole workloads, never part of the tests. */
package org.djlflows.benchmarks;
