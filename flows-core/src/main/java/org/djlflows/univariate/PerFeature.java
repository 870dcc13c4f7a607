package org.djlflows.univariate;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.kernel.Kernel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Different families of scalar maps for different features, such as splines on the line for some
 * and splines on the circle for others.
 *
 * <p>A scalar has as many parameters as the family with the most; of those, a smaller family takes
 * the first. Both directions cost those of the families, each on its own features.
 */
public final class PerFeature extends Univariate {

    private final List<Univariate> families;
    private final List<Integer> choice;

    /**
     * Creates the family.
     *
     * @param families the families
     * @param choice for each feature that a layer moves, in their order, the place of its family
     *     among the families; or for each of as many runs of entries of one length, such as
     *     channels
     * @throws IllegalArgumentException if a place is none of the families
     */
    public PerFeature(List<? extends Univariate> families, int... choice) {
        super(families.stream().mapToInt(Univariate::getParameterCount).max().orElse(0));
        if (choice.length == 0
                || Arrays.stream(choice).anyMatch(place -> place < 0 || place >= families.size())) {
            throw new IllegalArgumentException(
                    String.format(
                            "PerFeature: expected for each feature one of %d families, got %s",
                            families.size(), Arrays.toString(choice)));
        }
        this.families = List.copyOf(families);
        this.choice = Arrays.stream(choice).boxed().toList();
        for (int i = 0; i < families.size(); i++) {
            addChildBlock(family(i), families.get(i));
        }
    }

    private static String family(int i) {
        return "family" + i;
    }

    /** {@inheritDoc} */
    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel =
                Kernel.of(PerFeature.class, "per_feature")
                        .with("FORWARD", each("forward"))
                        .with("INVERSE", each("inverse"))
                        .with("CHOICE", choice);
        for (int i = 0; i < families.size(); i++) {
            kernel = kernel.calling(family(i), families.get(i).kernel(training).orElseThrow());
        }
        return Optional.of(kernel);
    }

    /** Writes down what is done to the features of each family. */
    private String each(String function) {
        return IntStream.range(0, families.size())
                .mapToObj(
                        i ->
                                String.join(
                                        "\n    ",
                                        "at = places(features, " + i + ")",
                                        "if len(at) > 0:",
                                        "    moved = "
                                                + family(i)
                                                + "."
                                                + function
                                                + "(entries(x, n, at), entries(theta.narrow(1, 0, "
                                                + families.get(i).getParameterCount()
                                                + "), n, at), p.of("
                                                + family(i)
                                                + "))",
                                        "    keep(moved, at, order, values, log_slopes)"))
                .collect(Collectors.joining("\n    "));
    }

    /** {@inheritDoc} */
    @Override
    protected void prepare(Shape[] inputShapes) {
        long entries = inputShapes[0].get(1);
        if (entries % choice.size() != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "PerFeature: expected %d features, got %d entries",
                            choice.size(), entries));
        }
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        for (Univariate family : families) {
            family.initialize(manager, type, shapes[0]);
        }
    }
}
