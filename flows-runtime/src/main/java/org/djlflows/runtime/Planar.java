package org.djlflows.runtime;

/**
 * The planar map, whose inverse is equation 10: \(x = z + u' \tanh(w z + b)\). theta is u, w and b;
 * \(w u' = -1 + \mathrm{softplus}(w u)\) keeps it invertible.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, 2015, equations 10 to 13 and
 *     appendix A.1</a>
 */
final class Planar implements Bijection {

    private static final double TINY = 1e-30;

    private final int features;
    private final RowParameters parameters;

    Planar(int features, RowParameters parameters) {
        this.features = features;
        this.parameters = parameters;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        Row row = new Row(parameters.of(workspace, given, rows), rows);
        for (int r = 0; r < rows; r++) {
            row.set(r);
            double t = row.along(x);
            double reach = Math.abs(row.softplus - 1);
            double a = row.solve(t - reach, t + reach, t);
            row.move(x, -Math.tanh(a));
            logDet[r] -= (float) row.logSlope(a);
        }
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        Row row = new Row(parameters.of(workspace, given, rows), rows);
        for (int r = 0; r < rows; r++) {
            row.set(r);
            double a = row.along(z);
            row.move(z, Math.tanh(a));
            logDet[r] += (float) row.logSlope(a);
        }
        workspace.release(mark);
    }

    /** The map of a row; as a function it is a + w u' tanh(a). */
    private final class Row extends Root {

        private final float[] theta;
        private final int rows;
        private int r;
        private double softplus;
        private double ofW;

        Row(float[] theta, int rows) {
            this.theta = theta;
            this.rows = rows;
        }

        private double u(int j) {
            return theta[j * rows + r];
        }

        private double w(int j) {
            return theta[(features + j) * rows + r];
        }

        void set(int row) {
            r = row;
            double s = 0;
            double squared = 0;
            for (int j = 0; j < features; j++) {
                s += w(j) * u(j);
                squared += w(j) * w(j);
            }
            double wide = FloatMath.softplus(s);
            double share = squared / Math.max(squared, TINY);
            // Where w is so small that u' = u to rounding, this is 1 + w u'.
            softplus = 1 + s + share * (wide - 1 - s);
            ofW = (wide - 1 - s) / Math.max(squared, TINY);
        }

        double along(float[] x) {
            double sum = theta[2 * features * rows + r];
            for (int j = 0; j < features; j++) {
                sum += w(j) * x[j * rows + r];
            }
            return sum;
        }

        void move(float[] x, double by) {
            for (int j = 0; j < features; j++) {
                x[j * rows + r] += (float) ((u(j) + ofW * w(j)) * by);
            }
        }

        /** The slope of the hyperbolic tangent, where 1 less its square would be rounding. */
        private double slopeAt(double a) {
            double e = Math.exp(-2 * Math.abs(a));
            return 4 * e / ((1 + e) * (1 + e));
        }

        /** \(\log(1 + w u' h'(a))\) without cancellation. */
        double logSlope(double a) {
            double h = slopeAt(a);
            return Math.log(1 - h + softplus * h);
        }

        @Override
        void at(double a) {
            double h = slopeAt(a);
            value = a + (softplus - 1) * Math.tanh(a);
            slope = 1 - h + softplus * h;
        }
    }

    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor theta = parameters.of(rows.context);
        OnnxTensor u = theta.part(1, 0, features);
        OnnxTensor w = theta.part(1, features, 2 * features);
        OnnxTensor s = u.times(w).sum(1);
        OnnxTensor squared = w.times(w).sum(1);
        OnnxTensor nonZero = squared.atLeast(TINY);
        OnnxTensor share = squared.over(nonZero);
        OnnxTensor wide = s.softplus();
        // In a form that does not cancel where the share is 1.
        OnnxTensor softplus = share.times(wide).plus(share.negative().plus(1).times(s.plus(1)));
        OnnxTensor a = w.times(rows.x).sum(1).plus(theta.part(1, 2 * features, 2 * features + 1));
        OnnxTensor along = w.times(wide.plus(-1).minus(s).over(nonZero));
        rows.x = rows.x.plus(u.plus(along).times(a.tanh()));
        OnnxTensor e = a.abs().times(-2).exp();
        OnnxTensor half = e.plus(1);
        OnnxTensor h = e.times(4).over(half.times(half));
        rows.add(h.negative().plus(1).plus(softplus.times(h)).log());
    }
}
