package org.djlflows.spec;

import java.util.List;

/**
 * Kinds of layers, scalar maps or networks of somebody's own. A provider of this service, found by
 * {@link java.util.ServiceLoader}, makes them known to the readers of model folders and to the
 * command line. Their components are {@code int}, {@code double}, {@code boolean}, {@code String},
 * enumerations, other such records, and lists of these. To be made into a block, and not only read,
 * a record has to say how, by the interface of {@code Flows} in {@code flows-core} that extends its
 * own: {@code OwnMap}, {@code OwnNetwork} or {@code OwnTransform}.
 */
public interface Kinds {

    /**
     * Returns the records, each of which implements {@link ScalarMap.Own}, {@link Network.Own} or
     * {@link Transform.Own}.
     *
     * @return the classes of the records
     */
    List<Class<? extends Record>> kinds();
}
