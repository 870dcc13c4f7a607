package org.djlflows.runtime;

/**
 * A bijection the other way round.
 *
 * @param bijection the bijection
 */
record Inverted(Bijection bijection) implements Bijection {

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        bijection.inverse(workspace, x, given, logDet, rows);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        bijection.forward(workspace, z, given, logDet, rows);
    }

    @Override
    public void forward(OnnxRows rows) {
        bijection.inverse(rows);
    }

    @Override
    public void inverse(OnnxRows rows) {
        bijection.forward(rows);
    }
}
