/**
 * Layers of which data and latent variables do not decide each other: surjections and Markov
 * chains, whose log-densities are exact or bounds.
 */
package org.djlflows.stochastic;
