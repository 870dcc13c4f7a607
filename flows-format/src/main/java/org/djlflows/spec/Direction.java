package org.djlflows.spec;

/** Where a map leads that has a closed form in one direction. */
public enum Direction {

    /** From data to noise: densities have the closed form, samples take a solve. */
    DATA_TO_NOISE,

    /** From noise to data: samples have the closed form, densities take a solve. */
    NOISE_TO_DATA
}
