package org.djlflows.interchange;

import org.djlflows.spec.Mixing;
import org.djlflows.weights.StateDict;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The transforms of a flow of nflows, by the beginnings of the names of their tensors, and what
 * lies between them.
 */
final class NflowsStack {

    private final StateDict weights;
    private final List<String> transforms = new ArrayList<>();

    /** What lies before each transform, and after the last one. */
    private final List<Slot> slots = new ArrayList<>(List.of(Slot.EMPTY));

    /**
     * A permutation and a linear map after it.
     *
     * @param permutation what the names of its tensors begin with
     * @param linear what the names of its tensors begin with
     */
    record Slot(Optional<String> permutation, Optional<String> linear) {

        private static final Slot EMPTY = new Slot(Optional.empty(), Optional.empty());
    }

    NflowsStack(StateDict weights) throws IOException {
        this.weights = weights;
        requireStandardNormal();
        String flow = "_transform.";
        add(Tensors.below(weights, flow).isEmpty() ? "" : flow);
        if (transforms.isEmpty()) {
            throw refusal("couplings or masked autoregressive transforms", weights.names());
        }
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
        Slot last = slots.get(slots.size() - 1);
        if (isCoupling(prefix) || isAutoregressive(prefix)) {
            transforms.add(prefix);
            slots.add(Slot.EMPTY);
        } else if (Tensors.has(weights, prefix + "_permutation") && last.equals(Slot.EMPTY)) {
            Tensors.requirePermutation(weights, prefix + "_permutation");
            slots.set(transforms.size(), new Slot(Optional.of(prefix), Optional.empty()));
        } else if (Tensors.has(weights, prefix + "unconstrained_upper_diag")
                && last.linear.isEmpty()) {
            slots.set(transforms.size(), new Slot(last.permutation, Optional.of(prefix)));
        } else {
            throw refusal(
                    "couplings with a ResidualNet or masked autoregressive transforms, and between"
                            + " them a permutation, an LULinear or the one and then the other,",
                    Tensors.below(weights, prefix) + " under \"" + prefix + '"');
        }
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
        boolean permutations = slots.stream().anyMatch(slot -> slot.permutation.isPresent());
        boolean linears = slots.stream().anyMatch(slot -> slot.linear.isPresent());
        boolean outside =
                slots.get(0).linear.isPresent() || slots.get(transforms.size()).linear.isPresent();
        if (!linears) {
            return permutations ? Mixing.PERMUTATION : Mixing.NONE;
        }
        return permutations || outside ? Mixing.PERMUTATION_AND_LU_LINEAR : Mixing.LU_LINEAR;
    }

    IOException refusal(String expected, Object got) {
        return Tensors.refusal(weights, expected + " of nflows", got);
    }
}
