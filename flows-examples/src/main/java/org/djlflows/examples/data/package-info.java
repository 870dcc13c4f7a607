/**
 * Tables of numbers read from CSV files, with errors that name the file, the line and the column.
 */
package org.djlflows.examples.data;
