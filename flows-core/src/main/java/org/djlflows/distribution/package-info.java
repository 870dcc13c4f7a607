/** Base distributions, and targets of variational inference. */
package org.djlflows.distribution;
