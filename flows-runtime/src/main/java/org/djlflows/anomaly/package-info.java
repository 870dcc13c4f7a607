/**
 * How odd rows of a table are, beside other rows: a score that compares them, p-values that hold,
 * which cells make it so, and whether new rows are distributed as earlier ones.
 */
package org.djlflows.anomaly;
