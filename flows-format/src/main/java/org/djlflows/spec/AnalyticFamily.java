package org.djlflows.spec;

/** Smooth maps of the line with a closed inverse. */
public enum AnalyticFamily {
    /** \(u + \alpha u / (1 + u^2)\), which bends most at the centre. */
    CUBIC_RATIONAL,

    /** A shift between hyperbolic sines, with a stretch on each side of it. */
    SINH,

    /** A shift between cubics. */
    CUBIC
}
