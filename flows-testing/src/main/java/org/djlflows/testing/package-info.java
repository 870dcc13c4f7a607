/** The promises of bijections and distributions as JUnit tests, for layers of one's own too. */
package org.djlflows.testing;
