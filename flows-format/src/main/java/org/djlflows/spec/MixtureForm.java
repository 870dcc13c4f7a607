package org.djlflows.spec;

/** By which numbers the components of a mixture are told. */
public enum MixtureForm {

    /** The place and the scale of each, \((x - m) / s\), with scales from 0.001 to 1000. */
    PLACES,

    /**
     * The slope and the shift of each, \(e^a x + b\), with slopes that have no bound, as
     * Gaussianization flows of zuko have them.
     */
    SHIFTS
}
