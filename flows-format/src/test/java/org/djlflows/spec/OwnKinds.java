package org.djlflows.spec;

import java.util.List;
import java.util.OptionalDouble;

/** Kinds as a user has them, one of each family, with a field of each type. */
public final class OwnKinds implements Kinds {

    /** Creates the provider; the loader of services calls this. */
    public OwnKinds() {}

    /** {@inheritDoc} */
    @Override
    public List<Class<? extends Record>> kinds() {
        return List.of(Sinh.class, Fourier.class, Mirrored.class);
    }

    /** A scalar map. */
    public record Sinh(
            @Field(value = "The slope at 0", above = 0, byDefault = "1") double slope,
            @Field(value = "Its name", byDefault = "sinh") String label,
            @Field(value = "Where it ends", least = 2) OptionalDouble end)
            implements ScalarMap.Own {

        public Sinh {
            Specs.check(Sinh.class, slope, label, end);
        }
    }

    /** A network, without checks and without a default. */
    public record Fourier(
            @Field("The frequencies") List<Double> frequencies,
            @Field(value = "Whether there are phases", byDefault = "true") boolean phases)
            implements Network.Own {

        @Override
        public List<Integer> widths() {
            return List.of(2 * frequencies.size());
        }
    }

    /** Layers, of which a part is of another family. */
    public record Mirrored(
            @Field(value = "The scalar maps", byDefault = "sinh") ScalarMap map,
            @Field(
                            value = "The axes",
                            least = 0,
                            most = 3,
                            size = {1, 2},
                            byDefault = "0,1")
                    List<Integer> axes)
            implements Transform.Own {

        public Mirrored {
            Specs.check(Mirrored.class, map, axes);
        }
    }
}
