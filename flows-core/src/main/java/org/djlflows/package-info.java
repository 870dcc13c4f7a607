/**
 * Normalizing flows on the Deep Java Library: the contract in one page.
 *
 * <p>Three ideas, closed under composition: a {@link org.djlflows.Bijection} maps data to noise and
 * back and returns the log-determinant with each value; a {@link org.djlflows.Distribution} has a
 * density and a sampler, and a {@link org.djlflows.NormalizingFlow} is one, made of a bijection and
 * a base distribution; a {@link org.djlflows.univariate.Univariate} is a family of monotone scalar
 * maps that the layers take as an argument.
 *
 * <p>Direction: {@code forward} maps data x to noise z, {@code inverse} maps noise to data. Rezende
 * and Mohamed (2015) and most papers after them write f for noise to data: their f is our {@code
 * inverse}.
 *
 * <p>Letters: x data, z noise, c context, B batch, D features, in formulas and in code alike.
 */
package org.djlflows;
