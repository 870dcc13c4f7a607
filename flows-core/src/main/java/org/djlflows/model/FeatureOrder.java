package org.djlflows.model;

import org.djlflows.bijection.Order;

/** In which order the features of an autoregressive layer see each other. */
public enum FeatureOrder {

    /** From the first feature to the last. */
    ASCENDING(Order.ASCENDING),

    /** From the last feature to the first. */
    DESCENDING(Order.DESCENDING);

    private final Order order;

    FeatureOrder(Order order) {
        this.order = order;
    }

    Order order() {
        return order;
    }
}
