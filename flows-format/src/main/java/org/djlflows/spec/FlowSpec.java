package org.djlflows.spec;

/** A flow as a value: what it is made of, but not over which columns or images. */
public sealed interface FlowSpec extends Spec permits ColumnFlow, ImageFlow {}
