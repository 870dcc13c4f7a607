package org.djlflows.runtime;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import org.djlflows.spec.Activation;

/**
 * Loops in the vectors of the machine, by the module {@code jdk.incubator.vector}. Functions take
 * the same steps as those of {@link FloatMath}, so that a value has the same result in a vector and
 * alone; products are fused with their sums.
 */
final class VectorLoops implements Loops {

    static final VectorSpecies<Float> LANES =
            FloatVector.SPECIES_PREFERRED.length() > 16
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    static final int WIDTH = LANES.length();

    private final PlainLoops plain = new PlainLoops();

    @Override
    public void product(
            Linear map, int begin, int end, int inputs, float[] x, float[] y, int rows) {
        if (rows == 1) {
            ofOneRow(map, begin, end, inputs, x, y);
            return;
        }
        int o = begin;
        for (; o + 4 <= end; o += 4) {
            int[] seen = map.seen;
            int most = Math.max(Math.max(seen[o], seen[o + 1]), Math.max(seen[o + 2], seen[o + 3]));
            for (int r = 0; r < rows; r += 2 * WIDTH) {
                ofFourOutputs(map, o, Math.min(inputs, most), x, y, rows, r);
            }
        }
        for (; o < end; o++) {
            for (int r = 0; r < rows; r += WIDTH) {
                ofOneOutput(map, o, inputs, x, y, rows, r);
            }
        }
    }

    private static void ofFourOutputs(
            Linear map, int o, int inputs, float[] x, float[] y, int rows, int r) {
        float[] w = map.byOutput;
        int w0 = o * map.inputs;
        int w1 = w0 + map.inputs;
        int w2 = w1 + map.inputs;
        int w3 = w2 + map.inputs;
        FloatVector a0 = FloatVector.broadcast(LANES, map.bias[o]);
        FloatVector a1 = FloatVector.broadcast(LANES, map.bias[o + 1]);
        FloatVector a2 = FloatVector.broadcast(LANES, map.bias[o + 2]);
        FloatVector a3 = FloatVector.broadcast(LANES, map.bias[o + 3]);
        FloatVector b0 = a0;
        FloatVector b1 = a1;
        FloatVector b2 = a2;
        FloatVector b3 = a3;
        int at = r;
        for (int i = 0; i < inputs; i++) {
            FloatVector xa = FloatVector.fromArray(LANES, x, at);
            FloatVector xb = FloatVector.fromArray(LANES, x, at + WIDTH);
            FloatVector v0 = FloatVector.broadcast(LANES, w[w0 + i]);
            FloatVector v1 = FloatVector.broadcast(LANES, w[w1 + i]);
            FloatVector v2 = FloatVector.broadcast(LANES, w[w2 + i]);
            FloatVector v3 = FloatVector.broadcast(LANES, w[w3 + i]);
            a0 = xa.fma(v0, a0);
            b0 = xb.fma(v0, b0);
            a1 = xa.fma(v1, a1);
            b1 = xb.fma(v1, b1);
            a2 = xa.fma(v2, a2);
            b2 = xb.fma(v2, b2);
            a3 = xa.fma(v3, a3);
            b3 = xb.fma(v3, b3);
            at += rows;
        }
        int to = o * rows + r;
        a0.intoArray(y, to);
        b0.intoArray(y, to + WIDTH);
        a1.intoArray(y, to + rows);
        b1.intoArray(y, to + rows + WIDTH);
        a2.intoArray(y, to + 2 * rows);
        b2.intoArray(y, to + 2 * rows + WIDTH);
        a3.intoArray(y, to + 3 * rows);
        b3.intoArray(y, to + 3 * rows + WIDTH);
    }

    private static void ofOneOutput(
            Linear map, int o, int inputs, float[] x, float[] y, int rows, int r) {
        int at = o * map.inputs;
        FloatVector sum = FloatVector.broadcast(LANES, map.bias[o]);
        for (int i = 0; i < inputs; i++) {
            FloatVector xs = FloatVector.fromArray(LANES, x, i * rows + r);
            sum = xs.fma(FloatVector.broadcast(LANES, map.byOutput[at + i]), sum);
        }
        sum.intoArray(y, o * rows + r);
    }

    private static void ofOneRow(Linear map, int begin, int end, int inputs, float[] x, float[] y) {
        // Behind the last output there is room, in the weights and in y.
        int whole = end == map.outputs ? end : end - (end - begin) % WIDTH;
        int o = begin;
        for (; o + 3 * WIDTH < whole; o += 4 * WIDTH) {
            ofFourVectors(map, o, inputs, x, y);
        }
        for (; o < whole; o += WIDTH) {
            ofOneVector(map, o, inputs, x, y);
        }
        for (; o < end; o++) {
            int at = o * map.inputs;
            float sum = map.bias[o];
            for (int i = 0; i < inputs; i++) {
                sum = Math.fma(x[i], map.byOutput[at + i], sum);
            }
            y[o] = sum;
        }
    }

    private static void ofFourVectors(Linear map, int o, int inputs, float[] x, float[] y) {
        FloatVector a0 = FloatVector.fromArray(LANES, map.bias, o);
        FloatVector a1 = FloatVector.fromArray(LANES, map.bias, o + WIDTH);
        FloatVector a2 = FloatVector.fromArray(LANES, map.bias, o + 2 * WIDTH);
        FloatVector a3 = FloatVector.fromArray(LANES, map.bias, o + 3 * WIDTH);
        for (int i = 0; i < inputs; i++) {
            FloatVector xi = FloatVector.broadcast(LANES, x[i]);
            float[] w = map.byInput[i];
            a0 = FloatVector.fromArray(LANES, w, o).fma(xi, a0);
            a1 = FloatVector.fromArray(LANES, w, o + WIDTH).fma(xi, a1);
            a2 = FloatVector.fromArray(LANES, w, o + 2 * WIDTH).fma(xi, a2);
            a3 = FloatVector.fromArray(LANES, w, o + 3 * WIDTH).fma(xi, a3);
        }
        a0.intoArray(y, o);
        a1.intoArray(y, o + WIDTH);
        a2.intoArray(y, o + 2 * WIDTH);
        a3.intoArray(y, o + 3 * WIDTH);
    }

    private static void ofOneVector(Linear map, int o, int inputs, float[] x, float[] y) {
        FloatVector sum = FloatVector.fromArray(LANES, map.bias, o);
        for (int i = 0; i < inputs; i++) {
            FloatVector xi = FloatVector.broadcast(LANES, x[i]);
            sum = FloatVector.fromArray(LANES, map.byInput[i], o).fma(xi, sum);
        }
        sum.intoArray(y, o);
    }

    /** What is not 0 of a row is found first, and then multiplied as a row alone is. */
    @Override
    public void addSparse(SparseLinear map, float[] x, float[] y, int rows) {
        Workspace workspace = Workspace.ofThread();
        int[] found = workspace.places(map.inputs);
        for (int r = 0; r < rows; r++) {
            int count = PlainLoops.places(x, r * map.inputs, map.inputs, found);
            int to = r * map.outputs;
            int o = 0;
            for (; o + 4 * WIDTH <= map.outputs; o += 4 * WIDTH) {
                addFourVectors(map, o, found, count, x, r * map.inputs, y, to + o);
            }
            for (; o + WIDTH <= map.outputs; o += WIDTH) {
                addVector(map, o, found, count, x, r * map.inputs, y, to + o);
            }
            for (; o < map.outputs; o++) {
                for (int k = 0; k < count; k++) {
                    int i = found[k];
                    y[to + o] = Math.fma(x[r * map.inputs + i], map.byInput[i][o], y[to + o]);
                }
            }
        }
    }

    private static void addFourVectors(
            SparseLinear map, int o, int[] found, int count, float[] x, int at, float[] y, int to) {
        FloatVector a0 = FloatVector.fromArray(LANES, y, to);
        FloatVector a1 = FloatVector.fromArray(LANES, y, to + WIDTH);
        FloatVector a2 = FloatVector.fromArray(LANES, y, to + 2 * WIDTH);
        FloatVector a3 = FloatVector.fromArray(LANES, y, to + 3 * WIDTH);
        for (int k = 0; k < count; k++) {
            FloatVector xi = FloatVector.broadcast(LANES, x[at + found[k]]);
            float[] w = map.byInput[found[k]];
            a0 = FloatVector.fromArray(LANES, w, o).fma(xi, a0);
            a1 = FloatVector.fromArray(LANES, w, o + WIDTH).fma(xi, a1);
            a2 = FloatVector.fromArray(LANES, w, o + 2 * WIDTH).fma(xi, a2);
            a3 = FloatVector.fromArray(LANES, w, o + 3 * WIDTH).fma(xi, a3);
        }
        a0.intoArray(y, to);
        a1.intoArray(y, to + WIDTH);
        a2.intoArray(y, to + 2 * WIDTH);
        a3.intoArray(y, to + 3 * WIDTH);
    }

    private static void addVector(
            SparseLinear map, int o, int[] found, int count, float[] x, int at, float[] y, int to) {
        FloatVector sum = FloatVector.fromArray(LANES, y, to);
        for (int k = 0; k < count; k++) {
            FloatVector xi = FloatVector.broadcast(LANES, x[at + found[k]]);
            sum = FloatVector.fromArray(LANES, map.byInput[found[k]], o).fma(xi, sum);
        }
        sum.intoArray(y, to);
    }

    @Override
    public void activate(Activation activation, float[] x, int from, int to) {
        switch (activation) {
            case RELU -> relu(x, from, to);
            case TANH -> tanh(x, from, to);
            case SILU -> silu(x, from, to);
            case ELU, GELU -> plain.activate(activation, x, from, to);
        }
    }

    private static void relu(float[] x, int from, int to) {
        for (int i = from; i < to; i += WIDTH) {
            FloatVector.fromArray(LANES, x, i).max(0).intoArray(x, i);
        }
    }

    /** As {@link FloatMath#tanh}. */
    private static void tanh(float[] x, int from, int to) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] e = workspace.take(to - from);
        for (int i = from; i < to; i += WIDTH) {
            FloatVector size = FloatVector.fromArray(LANES, x, i).abs();
            size.add(size).intoArray(e, i - from);
        }
        expOf(e, 0, to - from);
        tanhOf(x, e, from, to);
        workspace.release(mark);
    }

    /** The hyperbolic tangents of x, of which e holds the exponentials of twice the sizes. */
    private static void tanhOf(float[] x, float[] e, int from, int to) {
        for (int i = from; i < to; i += WIDTH) {
            FloatVector v = FloatVector.fromArray(LANES, x, i);
            FloatVector s = v.mul(v);
            FloatVector p = s.mul(FloatMath.TANH[0]).add(FloatMath.TANH[1]);
            p = p.mul(s).add(FloatMath.TANH[2]);
            p = p.mul(s).add(FloatMath.TANH[3]);
            p = p.mul(s).add(FloatMath.TANH[4]);
            FloatVector near = p.mul(s).mul(v).add(v);
            FloatVector sum = FloatVector.fromArray(LANES, e, i - from).add(1);
            FloatVector far = FloatVector.broadcast(LANES, 2f).div(sum).neg().add(1);
            far = far.blend(far.neg(), v.compare(VectorOperators.LT, 0f));
            far.blend(near, v.abs().compare(VectorOperators.LT, FloatMath.NEAR)).intoArray(x, i);
        }
    }

    private static void silu(float[] x, int from, int to) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] e = workspace.take(to - from);
        for (int i = from; i < to; i += WIDTH) {
            FloatVector.fromArray(LANES, x, i).neg().intoArray(e, i - from);
        }
        expOf(e, 0, to - from);
        for (int i = from; i < to; i += WIDTH) {
            FloatVector sum = FloatVector.fromArray(LANES, e, i - from).add(1);
            FloatVector.fromArray(LANES, x, i).div(sum).intoArray(x, i);
        }
        workspace.release(mark);
    }

    @Override
    public void exp(float[] x, int from, int to) {
        expOf(x, from, to);
    }

    /** As {@link FloatMath#exp}; a method of single vectors would box them when not inlined. */
    static void expOf(float[] values, int from, int to) {
        for (int i = from; i < to; i += WIDTH) {
            FloatVector x = FloatVector.fromArray(LANES, values, i);
            FloatVector bounded = x.max(FloatMath.LEAST).min(FloatMath.MOST);
            FloatVector rounded = bounded.mul(FloatMath.PER_LOG_TWO).add(FloatMath.ROUNDING);
            FloatVector k = rounded.sub(FloatMath.ROUNDING);
            FloatVector r =
                    bounded.sub(k.mul(FloatMath.LOG_TWO_HIGH)).sub(k.mul(FloatMath.LOG_TWO_LOW));
            FloatVector p = r.mul(FloatMath.EXP[0]).add(FloatMath.EXP[1]);
            p = p.mul(r).add(FloatMath.EXP[2]);
            p = p.mul(r).add(FloatMath.EXP[3]);
            p = p.mul(r).add(FloatMath.EXP[4]);
            p = p.mul(r).add(FloatMath.EXP[5]);
            p = p.mul(r).mul(r).add(r).add(1);
            IntVector whole = rounded.reinterpretAsInts().sub(FloatMath.ROUNDING_BITS);
            IntVector half = whole.lanewise(VectorOperators.ASHR, 1);
            IntVector one = half.add(FloatMath.EXPONENT_BIAS);
            IntVector other = whole.sub(half).add(FloatMath.EXPONENT_BIAS);
            one = one.lanewise(VectorOperators.LSHL, FloatMath.FRACTION_BITS);
            other = other.lanewise(VectorOperators.LSHL, FloatMath.FRACTION_BITS);
            p.mul(one.reinterpretAsFloats()).mul(other.reinterpretAsFloats()).intoArray(values, i);
        }
    }

    /** As {@link FloatMath#softplus}. */
    static void softplus(float[] x, int from, int to) {
        Workspace workspace = Workspace.ofThread();
        long mark = workspace.mark();
        float[] e = workspace.take(to - from);
        float[] log = workspace.take(to - from);
        for (int i = from; i < to; i += WIDTH) {
            FloatVector.fromArray(LANES, x, i).abs().neg().intoArray(e, i - from);
        }
        expOf(e, 0, to - from);
        for (int i = 0; i < to - from; i += WIDTH) {
            FloatVector.fromArray(LANES, e, i).add(1).intoArray(log, i);
        }
        log(log, 0, to - from);
        for (int i = from; i < to; i += WIDTH) {
            FloatVector small = FloatVector.fromArray(LANES, e, i - from);
            FloatVector lost = small.add(1).sub(1);
            FloatVector sum = FloatVector.fromArray(LANES, log, i - from).mul(small.div(lost));
            sum = sum.blend(small, lost.compare(VectorOperators.EQ, 0f));
            FloatVector.fromArray(LANES, x, i).max(0).add(sum).intoArray(x, i);
        }
        workspace.release(mark);
    }

    /** As {@link FloatMath#log}. */
    static void log(float[] values, int from, int to) {
        for (int i = from; i < to; i += WIDTH) {
            FloatVector x = FloatVector.fromArray(LANES, values, i);
            IntVector bits = x.reinterpretAsInts().sub(FloatMath.ROOT_OF_HALF);
            FloatVector k =
                    (FloatVector)
                            bits.lanewise(VectorOperators.ASHR, FloatMath.FRACTION_BITS)
                                    .convertShape(VectorOperators.I2F, LANES, 0);
            IntVector fraction = bits.and(FloatMath.FRACTION).add(FloatMath.ROOT_OF_HALF);
            FloatVector z = fraction.reinterpretAsFloats().sub(1);
            FloatVector p = z.mul(FloatMath.LOG[0]).add(FloatMath.LOG[1]);
            p = p.mul(z).add(FloatMath.LOG[2]);
            p = p.mul(z).add(FloatMath.LOG[3]);
            p = p.mul(z).add(FloatMath.LOG[4]);
            p = p.mul(z).add(FloatMath.LOG[5]);
            p = p.mul(z).add(FloatMath.LOG[6]);
            p = p.mul(z).add(FloatMath.LOG[7]);
            p = p.mul(z).add(FloatMath.LOG[8]);
            FloatVector s = z.mul(z);
            FloatVector y = p.mul(z).mul(s).add(k.mul(FloatMath.LOG_TWO_LOW)).sub(s.mul(0.5f));
            FloatVector found = y.add(z).add(k.mul(FloatMath.LOG_TWO_HIGH));
            VectorMask<Float> positive = x.compare(VectorOperators.GE, Float.MIN_NORMAL);
            positive = positive.and(x.compare(VectorOperators.LE, Float.MAX_VALUE));
            FloatVector none = FloatVector.broadcast(LANES, Float.NaN);
            none.blend(found, positive).intoArray(values, i);
        }
    }

    @Override
    public int spline(
            RationalQuadraticSpline spline,
            boolean forward,
            float[] x,
            float[] theta,
            float[] logSlope,
            int n,
            int from,
            int to) {
        int end = to - (to - from) % WIDTH;
        VectorSpline.move(spline, forward, x, theta, logSlope, n, from, end);
        return end;
    }
}
