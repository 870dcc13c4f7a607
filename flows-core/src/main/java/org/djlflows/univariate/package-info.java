/** Families of monotone scalar maps. */
package org.djlflows.univariate;
