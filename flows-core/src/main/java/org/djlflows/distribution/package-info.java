/** Base distributions. */
package org.djlflows.distribution;
