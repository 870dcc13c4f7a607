/**
 * Tables in memory: named columns of numbers, texts and times, made of arrays, rows, maps or
 * records; what their columns are, and how they become the rows of a flow.
 */
package org.djlflows.table;
