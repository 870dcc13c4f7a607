/**
 * Tables in memory: named columns of numbers, texts and times, made of arrays, rows, maps or
 * records.
 */
package org.djlflows.table;
