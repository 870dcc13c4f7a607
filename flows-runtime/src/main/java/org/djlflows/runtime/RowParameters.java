package org.djlflows.runtime;

import java.util.Arrays;
import java.util.Optional;

/**
 * The parameters of the map of each row: the same for all, or made from the context.
 *
 * @param network from the context, which is absent where they are the same for all
 * @param last the linear map of its hidden features; its bias alone where there is no network
 */
record RowParameters(Optional<Network> network, Linear last) {

    /** Returns the parameters, theta[parameter * rows + row]. */
    float[] of(Workspace workspace, float[] context, int rows) {
        float[] theta = workspace.take(last.outputs * rows);
        if (network.isPresent()) {
            last.apply(network.get().apply(workspace, context, context, rows), theta, rows);
            return theta;
        }
        for (int k = 0; k < last.outputs; k++) {
            Arrays.fill(theta, k * rows, (k + 1) * rows, last.bias[k]);
        }
        return theta;
    }

    /** Writes the parameters into a graph, (rows, parameters). */
    OnnxTensor of(OnnxTensor context) {
        return network.map(net -> net.apply(context, context)).orElse(context).linear(last);
    }
}
