/** The layers of flows: one bijection a file. */
package org.djlflows.bijection;
