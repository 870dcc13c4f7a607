/** Trained flows on Apache Spark: scores of the rows of DataFrames, and samples as DataFrames. */
package org.djlflows.spark;
