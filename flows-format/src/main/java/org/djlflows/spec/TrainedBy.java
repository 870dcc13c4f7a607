package org.djlflows.spec;

/** What a continuous flow is trained by. */
public enum TrainedBy {

    /** The log-density of data, for which the equation is solved in each step. */
    LIKELIHOOD,

    /** The regression of its velocity on straight paths from data to noise, without solving. */
    FLOW_MATCHING
}
