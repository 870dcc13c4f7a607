package org.djlflows.spec;

/** Which features a coupling keeps, to move the others. */
public enum Kept {

    /** The first half: the first \(\lfloor D / 2 \rfloor\) of D. */
    FIRST_HALF,

    /** The second half: all but the first \(\lfloor D / 2 \rfloor\) of D, but not a sole one. */
    SECOND_HALF,

    /** The features 0, 2, 4... */
    EVEN,

    /** The features 1, 3, 5... */
    ODD;

    /**
     * Tells which features are kept.
     *
     * @param features the number of features D
     * @return for each feature, whether it is kept
     */
    public boolean[] of(int features) {
        boolean[] kept = new boolean[features];
        for (int i = 0; i < features; i++) {
            kept[i] =
                    switch (this) {
                        case FIRST_HALF -> i < features / 2;
                        case SECOND_HALF -> i >= Math.max(1, features / 2);
                        case EVEN -> i % 2 == 0;
                        case ODD -> i % 2 == 1;
                    };
        }
        return kept;
    }
}
