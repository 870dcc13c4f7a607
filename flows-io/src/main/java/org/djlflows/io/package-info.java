/**
 * Tables read from CSV, JSON and Parquet files and images from IDX, PNG and JPEG files, with errors
 * that name the file and where in it.
 */
package org.djlflows.io;
