package org.djlflows.model;

import org.djlflows.bijection.Order;

/** In which order the features of an autoregressive layer see each other. */
public enum FeatureOrder {

    /** From the first feature to the last. */
    ASCENDING,

    /** From the last feature to the first. */
    DESCENDING;

    Order order() {
        return this == ASCENDING ? Order.ASCENDING : Order.DESCENDING;
    }
}
