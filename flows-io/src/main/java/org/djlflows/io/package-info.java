/**
 * Tables of numbers read from CSV files and images from IDX files, with errors that name the file
 * and where in it.
 */
package org.djlflows.io;
