package org.djlflows.interchange;

import org.djlflows.interchange.NflowsLinear.Kind;
import org.djlflows.spec.Mixing;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The transforms of a flow of nflows, by the beginnings of the names of their tensors, and what
 * lies between them.
 */
final class NflowsStack {

    private final StateDict weights;
    private final String library;
    private final List<String> transforms = new ArrayList<>();

    /** What lies before each transform, and after the last one. */
    private final List<Slot> slots = new ArrayList<>(List.of(Slot.EMPTY));

    /**
     * What lies between two transforms.
     *
     * @param maps linear transforms, one after the other
     */
    record Slot(List<NflowsLinear> maps) {

        private static final Slot EMPTY = new Slot(List.of());

        /** Returns what the names of the tensors of the permutation begin with. */
        Optional<String> permutation() {
            return first(Kind.PERMUTATION);
        }

        /** Returns what the names of the tensors of the {@code LULinear} begin with. */
        Optional<String> linear() {
            return first(Kind.LU);
        }

        private Optional<String> first(Kind kind) {
            return maps.stream()
                    .filter(map -> map.kind() == kind)
                    .map(NflowsLinear::prefix)
                    .findFirst();
        }

        /** Tells whether it is no more than a permutation and an {@code LULinear} after it. */
        private boolean isPermutedLu() {
            List<Kind> kinds = maps.stream().map(NflowsLinear::kind).toList();
            return List.of(Kind.PERMUTATION, Kind.LU).equals(kinds)
                    || kinds.isEmpty()
                    || kinds.equals(List.of(Kind.PERMUTATION))
                    || kinds.equals(List.of(Kind.LU));
        }

        private Slot with(NflowsLinear map) {
            List<NflowsLinear> more = new ArrayList<>(maps);
            more.add(map);
            return new Slot(List.copyOf(more));
        }
    }

    private NflowsStack(StateDict weights, String library) {
        this.weights = weights;
        this.library = library;
    }

    /** Returns the transforms of a flow of nflows, or of a composite transform. */
    static NflowsStack of(StateDict weights) throws IOException {
        NflowsStack stack = new NflowsStack(weights, "nflows");
        stack.requireStandardNormal();
        String flow = "_transform.";
        stack.add(Tensors.below(weights, flow).isEmpty() ? "" : flow);
        return stack.filled();
    }

    /**
     * Returns the layers of a flow of normflows, whose couplings and linear maps are those of
     * nflows.
     *
     * @param layers what the names of their tensors begin with, from the data on
     */
    static NflowsStack ofNormflows(StateDict weights, List<String> layers) throws IOException {
        NflowsStack stack = new NflowsStack(weights, "normflows");
        for (String layer : layers) {
            if (Tensors.below(weights, layer + "permutation.").isEmpty()) {
                if (Tensors.below(weights, layer + "prqct.").isEmpty()) {
                    throw stack.refusal(
                            "CoupledRationalQuadraticSpline or LULinearPermute layers",
                            Tensors.below(weights, layer) + " under \"" + layer + '"');
                }
                stack.addSingle(layer + "prqct.");
            } else {
                stack.addSingle(layer + "permutation.");
                stack.addSingle(layer + "linear.");
            }
        }
        return stack.filled();
    }

    private NflowsStack filled() throws IOException {
        if (transforms.isEmpty()) {
            throw refusal("couplings or masked autoregressive transforms", weights.names());
        }
        return this;
    }

    private void requireStandardNormal() throws IOException {
        List<String> others =
                weights.names().stream()
                        .filter(
                                name ->
                                        name.startsWith("_distribution.")
                                                || name.startsWith("_embedding_net."))
                        .filter(name -> !name.equals(NflowsWeights.LOG_Z))
                        .toList();
        if (!others.isEmpty()) {
            throw refusal("a Flow over a StandardNormal, without an embedding,", others);
        }
    }

    /** Adds a transform, or those of a composite one. */
    private void add(String prefix) throws IOException {
        String parts = prefix + "_transforms.";
        int count = Tensors.count(weights, "\\Q" + parts + "\\E(\\d+)\\..*");
        for (int i = 0; i < count; i++) {
            add(parts + i + ".");
        }
        if (count == 0) {
            addSingle(prefix);
        }
    }

    private void addSingle(String prefix) throws IOException {
        if (isCoupling(prefix) || isAutoregressive(prefix)) {
            transforms.add(prefix);
            slots.add(Slot.EMPTY);
            return;
        }
        NflowsLinear map =
                NflowsLinear.find(weights, prefix)
                        .orElseThrow(
                                () ->
                                        refusal(
                                                "couplings with a ResidualNet or masked"
                                                        + " autoregressive transforms, and around"
                                                        + " them permutations, LULinear, QRLinear,"
                                                        + " SVDLinear, NaiveLinear,"
                                                        + " HouseholderSequence or ActNorm,",
                                                Tensors.below(weights, prefix)
                                                        + " under \""
                                                        + prefix
                                                        + '"'));
        slots.set(transforms.size(), slots.get(transforms.size()).with(map));
    }

    private boolean isCoupling(String prefix) {
        return Tensors.has(weights, prefix + "transform_net.initial_layer.weight");
    }

    private boolean isAutoregressive(String prefix) {
        return Tensors.has(weights, prefix + "autoregressive_net.initial_layer.weight");
    }

    /** Tells whether the transforms are couplings; else they are masked autoregressive ones. */
    boolean ofCouplings() throws IOException {
        long couplings = transforms.stream().filter(this::isCoupling).count();
        if (couplings > 0 && couplings < transforms.size()) {
            throw refusal("transforms of one kind", "couplings and others");
        }
        return couplings > 0;
    }

    List<String> transforms() {
        return transforms;
    }

    /** Returns what the names of the tensors of the network of a transform begin with. */
    String net(String transform) throws IOException {
        return transform + (ofCouplings() ? "transform_net." : "autoregressive_net.");
    }

    Slot slot(int place) {
        return slots.get(place);
    }

    /** Returns the least that has a place for all that lies between the transforms. */
    Mixing mixing() {
        if (!slots.stream().allMatch(Slot::isPermutedLu)) {
            return Mixing.DENSE_LINEAR;
        }
        boolean permutations = slots.stream().anyMatch(slot -> slot.permutation().isPresent());
        boolean linears = slots.stream().anyMatch(slot -> slot.linear().isPresent());
        boolean outside =
                Stream.of(slots.get(0), slots.get(transforms.size()))
                        .anyMatch(slot -> slot.linear().isPresent());
        if (!linears) {
            return permutations ? Mixing.PERMUTATION : Mixing.NONE;
        }
        return permutations || outside ? Mixing.PERMUTATION_AND_LU_LINEAR : Mixing.LU_LINEAR;
    }

    IOException refusal(String expected, Object got) {
        return Tensors.refusal(weights, expected + " of " + library, got);
    }
}
