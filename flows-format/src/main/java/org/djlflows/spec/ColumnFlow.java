package org.djlflows.spec;

/** A flow over the columns of a table. */
public sealed interface ColumnFlow extends FlowSpec permits VectorFlow, TableFlow {

    /**
     * Checks that there can be such a flow over so many features.
     *
     * @param features the number of features
     * @param context the number of features of the context, 0 for none
     * @throws IllegalArgumentException if not
     */
    void requireFits(int features, int context);
}
