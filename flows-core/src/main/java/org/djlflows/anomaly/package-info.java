/**
 * How odd rows of a table are, beside other rows: a score that compares them, p-values that hold,
 * and what is to blame.
 */
package org.djlflows.anomaly;
