package org.djlflows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Bijections applied one after the other, the first one to the data.
 *
 * <p>\(z = (f_n \circ \dots \circ f_1)(x)\), \(\log|\det| = \sum_i \log|\det \partial f_i|\). Each
 * bijection receives the context. Where all have a kernel the sequence is one kernel.
 */
public final class SequentialBijection extends AbstractBijection {

    private final List<Bijection> bijections;

    /**
     * Creates a sequence.
     *
     * @param bijections the bijections in data order
     */
    public SequentialBijection(List<? extends Bijection> bijections) {
        this.bijections = List.copyOf(bijections);
        if (bijections.isEmpty()) {
            throw new IllegalArgumentException(
                    "SequentialBijection: expected at least one bijection, got none");
        }
        for (int i = 0; i < this.bijections.size(); i++) {
            addChildBlock(step(i), this.bijections.get(i));
        }
    }

    /**
     * Creates a sequence.
     *
     * @param bijections the bijections in data order
     */
    public SequentialBijection(Bijection... bijections) {
        this(List.of(bijections));
    }

    /** {@inheritDoc} */
    @Override
    public List<Bijection> getSteps() {
        return bijections.stream().flatMap(b -> b.getSteps().stream()).toList();
    }

    private static String step(int i) {
        return "step" + i;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        List<Kernel> parts = new ArrayList<>();
        for (Bijection bijection : bijections) {
            bijection.kernel(training).map(Autograd::ofBijection).ifPresent(parts::add);
        }
        if (parts.size() < bijections.size()) {
            return Optional.empty();
        }
        String lines = "\n    ";
        Kernel kernel =
                Kernel.of(SequentialBijection.class, "sequential")
                        .with("FORWARD", each("x, l_@ = @.forward(x, c, p.of(@))", lines, false))
                        .with("INVERSE", each("z, l_@ = @.inverse(z, c, p.of(@))", lines, true))
                        .with(
                                "RECORD",
                                each("x, l_@ = @.record(x, c, p.of(@), tape)", lines, false))
                        .with(
                                "BACKWARD",
                                each(
                                        "gz, g_@ = @.backward(gz, gl, c, p.of(@), tape, gc)",
                                        lines,
                                        true))
                        .with("SUM_OF_LOG_DETS", each("l_@", " + ", false))
                        .with("ALL_GRADIENTS", each("g_@", " + ", false));
        for (int i = 0; i < parts.size(); i++) {
            kernel = kernel.calling(step(i), parts.get(i));
        }
        return Optional.of(kernel);
    }

    /** Repeats a text with the name of each step in place of the sign @. */
    private String each(String text, String between, boolean fromLast) {
        int n = bijections.size();
        return IntStream.range(0, n)
                .mapToObj(i -> text.replace("@", step(fromLast ? n - 1 - i : i)))
                .collect(Collectors.joining(between));
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = inputs.subNDList(1);
        NDArray x = inputs.get(0);
        NDArray logDet = null;
        for (Bijection bijection : bijections) {
            NDList out = bijection.forward(store, new NDList(x).addAll(context), training);
            x = out.get(0);
            logDet = logDet == null ? out.get(1) : logDet.add(out.get(1));
        }
        return new NDList(x, logDet);
    }

    /** {@inheritDoc} */
    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = inputs.subNDList(1);
        NDArray z = inputs.get(0);
        NDArray logDet = null;
        for (int i = bijections.size() - 1; i >= 0; i--) {
            NDList in = new NDList(z).addAll(context);
            NDList out = bijections.get(i).inverse(store, in, training);
            z = out.get(0);
            logDet = logDet == null ? out.get(1) : logDet.add(out.get(1));
        }
        return new NDList(z, logDet);
    }

    /** {@inheritDoc} */
    @Override
    protected Shape getNoiseShape(Shape event) {
        Shape[] shapes = {new Shape(1).addAll(event)};
        for (Bijection bijection : bijections) {
            shapes = new Shape[] {bijection.getOutputShapes(shapes)[0]};
        }
        return shapes[0].slice(1);
    }

    /** {@inheritDoc} */
    @Override
    protected Shape getDataShape(Shape noise) {
        Shape[] shapes = {new Shape(1).addAll(noise)};
        for (int i = bijections.size() - 1; i >= 0; i--) {
            shapes = new Shape[] {bijections.get(i).inverted().getOutputShapes(shapes)[0]};
        }
        return shapes[0].slice(1);
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        Shape[] current = shapes.clone();
        for (Bijection bijection : bijections) {
            bijection.initialize(manager, type, current);
            current[0] = bijection.getOutputShapes(current)[0];
        }
    }
}
