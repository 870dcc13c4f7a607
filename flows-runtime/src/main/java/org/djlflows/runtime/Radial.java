package org.djlflows.runtime;

/**
 * The radial map, whose inverse is equation 14: \(x = z + \beta' h(r) (z - z_0)\) with \(h = 1 /
 * (\alpha + r)\) and r the distance from \(z_0\). theta is \(z_0\), then \(\alpha\) and \(\beta\);
 * \(\beta' = \mathrm{softplus}(\beta) - |\alpha|\) keeps it invertible.
 *
 * @see <a href="https://arxiv.org/abs/1505.05770">Rezende and Mohamed, 2015, equation 14 and
 *     appendix A.2</a>
 */
final class Radial implements Bijection {

    private final int features;
    private final RowParameters parameters;

    Radial(int features, RowParameters parameters) {
        this.features = features;
        this.parameters = parameters;
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] theta = parameters.of(workspace, given, rows);
        for (int r = 0; r < rows; r++) {
            double alpha = alpha(theta, rows, r);
            double softplus = softplus(theta, rows, r);
            double length = distance(x, theta, rows, r);
            // The positive root of a quadratic equation, in the form that does not cancel.
            double b = length - softplus;
            double q = 0.5 * (Math.abs(b) + Math.sqrt(b * b + 4 * alpha * length));
            double radius = b >= 0 ? q : alpha * length / q;
            scale(x, theta, rows, r, 1 / stretch(radius, alpha, softplus));
            logDet[r] -= logDet(radius, alpha, softplus);
        }
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] theta = parameters.of(workspace, given, rows);
        for (int r = 0; r < rows; r++) {
            double alpha = alpha(theta, rows, r);
            double softplus = softplus(theta, rows, r);
            double radius = distance(z, theta, rows, r);
            scale(z, theta, rows, r, stretch(radius, alpha, softplus));
            logDet[r] += logDet(radius, alpha, softplus);
        }
        workspace.release(mark);
    }

    private double alpha(float[] theta, int rows, int r) {
        return Math.abs(theta[features * rows + r]);
    }

    private double softplus(float[] theta, int rows, int r) {
        double beta = theta[(features + 1) * rows + r];
        return FloatMath.softplus(beta);
    }

    private double distance(float[] x, float[] theta, int rows, int r) {
        double sum = 0;
        for (int j = 0; j < features; j++) {
            double away = (double) x[j * rows + r] - theta[j * rows + r];
            sum += away * away;
        }
        return Math.sqrt(sum);
    }

    private void scale(float[] x, float[] theta, int rows, int r, double factor) {
        for (int at = r; at < features * rows; at += rows) {
            x[at] = (float) (theta[at] + ((double) x[at] - theta[at]) * factor);
        }
    }

    private static double stretch(double radius, double alpha, double softplus) {
        return (radius + softplus) / (alpha + radius);
    }

    private float logDet(double radius, double alpha, double softplus) {
        double along =
                (radius * (radius + 2 * alpha) + alpha * softplus)
                        / ((alpha + radius) * (alpha + radius));
        return (float)
                ((features - 1) * Math.log(stretch(radius, alpha, softplus)) + Math.log(along));
    }

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor theta = parameters.of(rows.context);
        OnnxTensor centre = theta.part(1, 0, features);
        OnnxTensor alpha = alpha(theta);
        OnnxTensor softplus = softplus(theta);
        OnnxTensor away = rows.x.minus(centre);
        OnnxTensor length = length(away);
        // As for single rows: of the two forms of the root the one that does not cancel.
        OnnxTensor b = length.minus(softplus);
        OnnxTensor product = alpha.times(length);
        OnnxTensor q = b.abs().plus(b.times(b).plus(product.times(4)).sqrt()).times(0.5);
        OnnxTensor radius = rows.graph.constant(0).isAtMost(b).choose(q, product.over(q));
        rows.x = centre.plus(away.over(stretch(radius, alpha, softplus)));
        rows.add(logDet(radius, alpha, softplus).negative());
    }

    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor theta = parameters.of(rows.context);
        OnnxTensor centre = theta.part(1, 0, features);
        OnnxTensor alpha = alpha(theta);
        OnnxTensor softplus = softplus(theta);
        OnnxTensor away = rows.x.minus(centre);
        OnnxTensor radius = length(away);
        rows.x = centre.plus(away.times(stretch(radius, alpha, softplus)));
        rows.add(logDet(radius, alpha, softplus));
    }

    private OnnxTensor alpha(OnnxTensor theta) {
        return theta.part(1, features, features + 1).abs();
    }

    private OnnxTensor softplus(OnnxTensor theta) {
        return theta.part(1, features + 1, features + 2).softplus();
    }

    private static OnnxTensor length(OnnxTensor away) {
        return away.times(away).sum(1).sqrt();
    }

    private static OnnxTensor stretch(OnnxTensor radius, OnnxTensor alpha, OnnxTensor softplus) {
        return radius.plus(softplus).over(radius.plus(alpha));
    }

    private OnnxTensor logDet(OnnxTensor radius, OnnxTensor alpha, OnnxTensor softplus) {
        OnnxTensor sum = alpha.plus(radius);
        OnnxTensor along =
                radius.times(radius.plus(alpha.times(2)))
                        .plus(alpha.times(softplus))
                        .over(sum.times(sum));
        return stretch(radius, alpha, softplus).log().times(features - 1).plus(along.log());
    }
}
