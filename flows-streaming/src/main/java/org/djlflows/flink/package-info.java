/** Trained flows in Apache Flink: scores of rows. */
package org.djlflows.flink;
