/** Trained flows in Kafka Streams: scores of records. */
package org.djlflows.kafka;
