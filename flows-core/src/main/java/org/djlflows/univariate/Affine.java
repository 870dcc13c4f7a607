package org.djlflows.univariate;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.ScaleMap;

import java.util.Locale;
import java.util.Optional;

/**
 * Scale and shift: \(z = x e^{a} + t\), log-slope \(a\), inverse \(x = (z - t) e^{-a}\).
 *
 * <p>Two parameters a scalar: t, then the s from which a {@link ScaleMap} makes a. Both directions
 * cost the same.
 *
 * @see <a href="https://arxiv.org/abs/1605.08803">Dinh, Sohl-Dickstein and Bengio, Density
 *     estimation using Real NVP, 2017, equations 7 and 8</a>
 */
public final class Affine extends Univariate {

    private final ScaleMap scaleMap;

    /**
     * Creates the family.
     *
     * @param scaleMap how the log-scale is bounded
     */
    public Affine(ScaleMap scaleMap) {
        super(2);
        this.scaleMap = scaleMap;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        String name = scaleMap.name().toLowerCase(Locale.ROOT);
        return Optional.of(
                Kernel.of(Affine.class, "affine")
                        .calling("scale_map", Kernel.of(Affine.class, name)));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        if (scaleMap == ScaleMap.BOUNDED_TANH) {
            addWeight("range", new Shape(1), Initializer.ONES);
        }
    }
}
