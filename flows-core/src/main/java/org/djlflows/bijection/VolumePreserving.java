package org.djlflows.bijection;

import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;
import org.djlflows.univariate.Univariate;

import java.util.Optional;

/**
 * The affine maps of a coupling whose log-scales have the mean 0 in each row: not a family for
 * other layers, since a map looks at those of the other features.
 */
final class VolumePreserving extends Univariate {

    private long features;

    VolumePreserving() {
        super(2);
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        return Optional.of(
                Kernel.of(VolumePreserving.class, "volume_preserving")
                        .calling("scale_map", softClip())
                        .with("FEATURES", features));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        features = inputShapes[0].get(1);
    }
}
