package org.djlflows.runtime;

import org.djlflows.spec.Activation;

/** A network from inputs, of which the last are those of a context, to hidden features. */
interface Network {

    /** Returns the number of hidden features. */
    int width();

    /**
     * Applies the network.
     *
     * @param workspace what the result is taken from
     * @param x the inputs with those of the context, x[input * rows + row]
     * @param context the context once more, for gates; not looked at where there are none
     * @param rows the number of rows
     * @return the hidden features in the same order
     */
    float[] apply(Workspace workspace, float[] x, float[] context, int rows);

    /** Writes the network into a graph. */
    OnnxTensor apply(OnnxTensor x, OnnxTensor context);

    /**
     * Hidden layers one after the other.
     *
     * @param layers the linear maps
     * @param activation the non-linearity behind each
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Mlp(Linear[] layers, Activation activation) implements Network {

        @Override
        public int width() {
            return layers[layers.length - 1].outputs;
        }

        @Override
        public float[] apply(Workspace workspace, float[] x, float[] context, int rows) {
            float[] h = x;
            for (Linear layer : layers) {
                float[] next = workspace.take(layer.outputs * rows);
                layer.apply(h, next, rows);
                Loops.CHOSEN.activate(activation, next, 0, layer.outputs * rows);
                h = next;
            }
            return h;
        }

        @Override
        public OnnxTensor apply(OnnxTensor x, OnnxTensor context) {
            OnnxTensor h = x;
            for (Linear layer : layers) {
                h = h.linear(layer).activated(activation);
            }
            return h;
        }
    }

    /**
     * A linear map, to which blocks of two more are added; given a context, a share of each that a
     * gate lets through.
     *
     * @param first the linear map
     * @param blocks those of the blocks, two of each
     * @param gates those from the context, one of each block; none without a context
     * @param activation the non-linearity before each of them
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record ResidualNet(Linear first, Linear[] blocks, Linear[] gates, Activation activation)
            implements Network {

        @Override
        public int width() {
            return first.outputs;
        }

        @Override
        public float[] apply(Workspace workspace, float[] x, float[] context, int rows) {
            int size = first.outputs * rows;
            float[] h = workspace.take(size);
            float[] active = workspace.take(size);
            float[] inner = workspace.take(size);
            first.apply(x, h, rows);
            for (int i = 0; i < blocks.length; i += 2) {
                System.arraycopy(h, 0, active, 0, size);
                Loops.CHOSEN.activate(activation, active, 0, size);
                blocks[i].apply(active, inner, rows);
                Loops.CHOSEN.activate(activation, inner, 0, size);
                blocks[i + 1].apply(inner, active, rows);
                if (gates.length > 0) {
                    gates[i / 2].apply(context, inner, rows);
                    for (int k = 0; k < size; k++) {
                        active[k] *= FloatMath.sigmoid(inner[k]);
                    }
                }
                for (int k = 0; k < size; k++) {
                    h[k] += active[k];
                }
            }
            return h;
        }

        @Override
        public OnnxTensor apply(OnnxTensor x, OnnxTensor context) {
            OnnxTensor h = x.linear(first);
            for (int i = 0; i < blocks.length; i += 2) {
                OnnxTensor inner = h.activated(activation).linear(blocks[i]);
                OnnxTensor added = inner.activated(activation).linear(blocks[i + 1]);
                if (gates.length > 0) {
                    added = added.times(context.linear(gates[i / 2]).sigmoid());
                }
                h = h.plus(added);
            }
            return h;
        }
    }
}
