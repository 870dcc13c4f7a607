package org.djlflows.runtime;

/**
 * \(z = L U x + b\). Of the array L is what lies below the diagonal, with 1 on its own, U what lies
 * above, with \(\mathrm{softplus}(d + \mathrm{const}) + 10^{-3}\) on its diagonal.
 */
final class LuLinear implements Bijection {

    private static final double SMALLEST = 1e-3;
    private static final double ONE = Math.log(Math.expm1(1 - SMALLEST));

    private final int features;
    private final float[] lu;
    private final float[] bias;
    private final float[] diagonal;
    private final Linear product;
    private final float logDet;

    /**
     * Creates the layer.
     *
     * @param lu the array, row by row
     * @param bias b
     */
    LuLinear(float[] lu, float[] bias) {
        features = bias.length;
        this.lu = lu;
        this.bias = bias;
        diagonal = new float[features];
        double sum = 0;
        for (int i = 0; i < features; i++) {
            double size = FloatMath.softplus(lu[i * features + i] + ONE) + SMALLEST;
            diagonal[i] = (float) size;
            sum += Math.log(size);
        }
        logDet = (float) sum;
        product = new Linear(product(), bias, features);
    }

    private float[] product() {
        float[] product = new float[features * features];
        for (int i = 0; i < features; i++) {
            for (int j = 0; j < features; j++) {
                double sum = 0;
                for (int k = 0; k <= Math.min(i, j); k++) {
                    double l = k == i ? 1 : lu[i * features + k];
                    sum += l * (k == j ? diagonal[j] : lu[k * features + j]);
                }
                product[i * features + j] = (float) sum;
            }
        }
        return product;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDets, int rows) {
        long mark = workspace.mark();
        float[] z = workspace.take(features * rows);
        product.apply(x, z, rows);
        System.arraycopy(z, 0, x, 0, features * rows);
        Bijection.addAll(logDet, logDets, rows);
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDets, int rows) {
        for (int i = 0; i < features; i++) {
            for (int r = 0; r < rows; r++) {
                z[i * rows + r] -= bias[i];
            }
            for (int j = 0; j < i; j++) {
                subtract(z, i, j, rows);
            }
        }
        for (int i = features - 1; i >= 0; i--) {
            for (int j = i + 1; j < features; j++) {
                subtract(z, i, j, rows);
            }
            for (int r = 0; r < rows; r++) {
                z[i * rows + r] /= diagonal[i];
            }
        }
        Bijection.addAll(-logDet, logDets, rows);
    }

    private void subtract(float[] z, int i, int j, int rows) {
        float factor = lu[i * features + j];
        int to = i * rows;
        int from = j * rows;
        for (int r = 0; r < rows; r++) {
            z[to + r] -= factor * z[from + r];
        }
    }

    @Override
    public void forward(OnnxRows rows) {
        rows.x = rows.x.linear(product);
        rows.add(logDet);
    }

    /** By the inverse of the matrix, since ONNX solves no equations. */
    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor shift = rows.graph.constant(bias, 1, features);
        rows.x = rows.x.minus(shift).linear(new Linear(inverse(), new float[features], features));
        rows.add(-logDet);
    }

    private float[] inverse() {
        float[] inverse = new float[features * features];
        for (int column = 0; column < features; column++) {
            double[] y = new double[features];
            for (int i = 0; i < features; i++) {
                y[i] = i == column ? 1 : 0;
                for (int j = 0; j < i; j++) {
                    y[i] -= lu[i * features + j] * y[j];
                }
            }
            for (int i = features - 1; i >= 0; i--) {
                for (int j = i + 1; j < features; j++) {
                    y[i] -= lu[i * features + j] * y[j];
                }
                y[i] /= diagonal[i];
                inverse[i * features + column] = (float) y[i];
            }
        }
        return inverse;
    }
}
