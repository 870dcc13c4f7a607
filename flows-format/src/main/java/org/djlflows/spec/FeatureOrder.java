package org.djlflows.spec;

/** In which order the features of an autoregressive layer see each other. */
public enum FeatureOrder {

    /** From the first feature to the last. */
    ASCENDING,

    /** From the last feature to the first. */
    DESCENDING
}
