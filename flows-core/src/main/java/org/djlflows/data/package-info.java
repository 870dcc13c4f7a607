/** Toy data and the division of tables. */
package org.djlflows.data;
