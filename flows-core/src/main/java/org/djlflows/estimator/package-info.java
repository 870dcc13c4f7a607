/** The shortest way from rows to a density: fit, score, sample, save, load. */
package org.djlflows.estimator;
