package org.djlflows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.List;
import java.util.Optional;

/**
 * Bijections applied one after the other, the first one to the data.
 *
 * <p>\(z = (f_n \circ \dots \circ f_1)(x)\), \(\log|\det| = \sum_i \log|\det \partial f_i|\). Each
 * bijection receives the context. Where all have a kernel the sequence is one kernel.
 */
public final class SequentialBijection extends AbstractBijection {

    private static final String MAP =
            "def %s(x: Tensor, c: Optional[Tensor], p: List[Tensor]%s)"
                    + " -> Tuple[Tensor, Tensor]:\n%s    return x, %s\n";

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
        for (Bijection bijection : bijections) {
            addChildBlock(bijection.getClass().getSimpleName(), bijection);
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

    /** {@inheritDoc} */
    @Override
    public Optional<Kernel> kernel(boolean training) {
        int n = bijections.size();
        StringBuilder forward = new StringBuilder();
        StringBuilder inverse = new StringBuilder();
        StringBuilder record = new StringBuilder();
        StringBuilder backward = new StringBuilder();
        StringBuilder sum = new StringBuilder();
        StringBuilder gradients = new StringBuilder();
        Kernel[] parts = new Kernel[n];
        int offset = 0;
        for (int i = 0; i < n; i++) {
            Optional<Kernel> part = bijections.get(i).kernel(training);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            parts[i] = Autograd.ofBijection(part.get());
            int end = offset + bijections.get(i).getParameters().size();
            String p = "p[" + offset + ":" + end + "]";
            offset = end;
            String call = "    x, log_det_%s = part_%s.%s(x, c, %s%s)\n";
            forward.append(String.format(call, i, i, "forward", p, ""));
            inverse.insert(0, String.format(call, i, i, "inverse", p, ""));
            record.append(String.format(call, i, i, "record", p, ", tape"));
            call = "    gz, g_%s = part_%s.backward(gz, gl, c, %s, tape, gc)\n";
            backward.insert(0, String.format(call, i, i, p));
            sum.append(i == 0 ? "" : " + ").append("log_det_").append(i);
            gradients.append(i == 0 ? "" : " + ").append("g_").append(i);
        }
        String source =
                String.format(MAP, "forward", "", forward, sum)
                        + String.format(MAP, "inverse", "", inverse, sum)
                        + String.format(MAP, "record", ", tape: List[Tensor]", record, sum)
                        + "def backward(gz: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor],"
                        + " tape: List[Tensor], gc: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:\n"
                        + backward
                        + "    return gz, "
                        + gradients
                        + "\n";
        Kernel kernel = Kernel.of("sequential", source);
        for (int i = 0; i < n; i++) {
            kernel = kernel.calling("part_" + i, parts[i]);
        }
        return Optional.of(kernel);
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
