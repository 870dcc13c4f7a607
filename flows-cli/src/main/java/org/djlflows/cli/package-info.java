/** The {@code flows} command line. */
package org.djlflows.cli;
