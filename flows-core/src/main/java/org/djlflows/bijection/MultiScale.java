package org.djlflows.bijection;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;

import java.util.Optional;

/**
 * One scale of a multi-scale flow: half of its channels leave as noise, the rest of the flow takes
 * the other half.
 *
 * <p>\((h_1, h_2) = f(x)\), \(z = (h_2, g(h_1))\), \(\log|\det| = \log|\det \partial f| + \log|\det
 * \partial g|\), with the scale f and the rest g, which may be a {@code MultiScale} itself.
 *
 * <ul>
 *   <li>x: an image such that f makes an even number of channels of it
 *   <li>z: (batch, D), what left first, of the D entries of x
 * </ul>
 *
 * <p>Both parts receive the context. A coupling of {@link Mask#KEEP_FIRST_HALF} as the last step of
 * f gives each entry of \(h_2\) a distribution that depends on \(h_1\), as Glow does. Both
 * directions cost those of the parts.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, equations 14 to 16</a>
 */
public final class MultiScale extends AbstractBijection {

    private final Bijection scale;
    private final Bijection rest;

    /**
     * Creates a scale.
     *
     * @param scale what becomes of the image before it is divided
     * @param rest what becomes of the half that does not leave
     */
    public MultiScale(Bijection scale, Bijection rest) {
        this.scale = addChildBlock("scale", scale);
        this.rest = addChildBlock("rest", rest);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Optional<Kernel> f = scale.kernel(training);
        Optional<Kernel> g = rest.kernel(training);
        if (f.isEmpty() || g.isEmpty()) {
            return Optional.empty();
        }
        Shape half = halfShape(getEventShape());
        return Optional.of(
                Kernel.of(MultiScale.class, "multi_scale")
                        .calling("scale", Autograd.ofBijection(f.get()))
                        .calling("rest", Autograd.ofBijection(g.get()))
                        .with("HALF", Reshape.sizes(half))
                        .with("ENTRIES", half.size())
                        .with("NOISE", Reshape.sizes(noiseOfRest(half))));
    }

    @Override
    protected NDList forwardInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = inputs.subNDList(1);
        NDList h = scale.forward(store, inputs, training);
        NDList halves = h.get(0).split(2, 1);
        NDList z = rest.forward(store, new NDList(halves.get(0)).addAll(context), training);
        long rows = inputs.get(0).getShape().get(0);
        NDArray noise = flat(halves.get(1), rows).concat(flat(z.get(0), rows), 1);
        return new NDList(noise, h.get(1).add(z.get(1)));
    }

    private static NDArray flat(NDArray array, long rows) {
        return array.reshape(new Shape(rows, array.getShape().slice(1).size()));
    }

    @Override
    protected NDList inverseInParts(ParameterStore store, NDList inputs, boolean training) {
        NDList context = inputs.subNDList(1);
        Shape half = halfShape(getEventShape());
        Shape rows = new Shape(inputs.get(0).getShape().get(0));
        NDList parts = inputs.get(0).split(new long[] {half.size()}, 1);
        NDArray z = parts.get(1).reshape(rows.addAll(noiseOfRest(half)));
        NDList kept = rest.inverse(store, new NDList(z).addAll(context), training);
        NDArray h = kept.get(0).concat(parts.get(0).reshape(rows.addAll(half)), 1);
        NDList x = scale.inverse(store, new NDList(h).addAll(context), training);
        return new NDList(x.get(0), kept.get(1).add(x.get(1)));
    }

    private Shape halfShape(Shape event) {
        Shape h = scale.getOutputShapes(new Shape[] {new Shape(1).addAll(event)})[0];
        if (h.dimension() != 4 || h.get(1) % 2 != 0) {
            throw new IllegalArgumentException(
                    "MultiScale: expected a scale that makes images (batch, channels, height, width)"
                            + " with an even number of channels, got one that makes "
                            + h);
        }
        return new Shape(h.get(1) / 2, h.get(2), h.get(3));
    }

    private Shape noiseOfRest(Shape half) {
        return rest.getOutputShapes(new Shape[] {new Shape(1).addAll(half)})[0].slice(1);
    }

    @Override
    protected Shape getNoiseShape(Shape event) {
        return new Shape(event.size());
    }

    /** The image cannot be told from the number of its entries. */
    @Override
    protected Shape getDataShape(Shape noise) {
        if (inputShapes == null) {
            throw new IllegalStateException(
                    "MultiScale: expected to be initialised with images before it is inverted, whose"
                            + " shape the noise does not tell, got noise "
                            + noise);
        }
        return getEventShape();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        scale.initialize(manager, type, shapes);
        Shape[] half = shapes.clone();
        half[0] = new Shape(shapes[0].get(0)).addAll(halfShape(shapes[0].slice(1)));
        rest.initialize(manager, type, half);
    }
}
