package org.djlflows.spec;

/**
 * A part of a flow as a value: a record each of whose components is a {@link Field}. In JSON it has
 * a {@code "kind"}, the name of its class in lower case with hyphens, and a field for each
 * component; on the command line each component is an option.
 */
public interface Spec {}
