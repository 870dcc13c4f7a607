package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Regression;
import org.djlflows.bijection.Standardize;
import org.djlflows.kernel.ParameterNames;

import java.util.IdentityHashMap;
import java.util.List;

/** The layers of a flow over vectors, and the paths of their parameters. */
final class Layers {

    private final NormalizingFlow flow;
    private final List<Bijection> layers;
    private final IdentityHashMap<Parameter, String> paths = new IdentityHashMap<>();

    /**
     * Finds the layers.
     *
     * @param flow the blocks of the flow that was found, initialised, or those of a model folder
     *     around it
     * @param found the flow that was found in the tensors
     */
    Layers(NormalizingFlow flow, FoundFlow found) {
        WeightImport.requireInitialized(flow);
        this.flow = flow;
        layers = flow.getBijection().getSteps().stream().filter(step -> !isOfData(step)).toList();
        ParameterNames.paths(flow).forEach(p -> paths.put(p.getValue(), p.getKey()));
        List<?> expected = kinds(found.newFlow().getBijection().getSteps());
        if (!kinds(layers).equals(expected)) {
            throw new IllegalArgumentException(
                    "Layers: expected the flow of " + found + ", got one of " + kinds(layers));
        }
    }

    /** Tells whether a step belongs to the data of a model folder and not to its flow. */
    private static boolean isOfData(Bijection step) {
        return step instanceof Standardize || step instanceof Regression;
    }

    private static List<? extends Class<?>> kinds(List<Bijection> layers) {
        return layers.stream().map(Bijection::getClass).toList();
    }

    int count() {
        return layers.size();
    }

    Bijection get(int layer) {
        return layers.get(layer);
    }

    /** Returns the path of a parameter of a layer, which has it under that name. */
    String path(int layer, String name) {
        return paths.get(parameter(layer, name));
    }

    Shape shape(int layer, String name) {
        return parameter(layer, name).getArray().getShape();
    }

    private Parameter parameter(int layer, String name) {
        Parameter parameter = ParameterNames.paths(layers.get(layer)).get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    String.format(
                            "Layers: expected the flow that was found, with %s in layer %d, got %s",
                            name, layer, ParameterNames.paths(layers.get(layer)).keys()));
        }
        return parameter;
    }

    /** Leaves as they are the parameters around the layers: the statistics of the data. */
    void keepOthers(WeightImport copy) {
        layers.forEach(layer -> layer.getParameters().values().forEach(paths::remove));
        for (Pair<String, Parameter> parameter : ParameterNames.paths(flow)) {
            if (paths.containsKey(parameter.getValue())) {
                copy.keep(parameter.getKey());
            }
        }
    }
}
