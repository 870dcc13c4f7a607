package org.djlflows.runtime;

/**
 * A bijection of some features; the others pass.
 *
 * @param bijection what moves them
 * @param features which they are, in the order in which it takes them
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Partial(Bijection bijection, int... features) implements Bijection {

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] part = workspace.take(features.length * rows);
        Bijection.copy(x, features, part, 0, rows);
        bijection.forward(workspace, part, given, logDet, rows);
        putBack(part, x, rows);
        workspace.release(mark);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        long mark = workspace.mark();
        float[] part = workspace.take(features.length * rows);
        Bijection.copy(z, features, part, 0, rows);
        bijection.inverse(workspace, part, given, logDet, rows);
        putBack(part, z, rows);
        workspace.release(mark);
    }

    @Override
    public void forward(OnnxRows rows) {
        OnnxTensor all = rows.x;
        rows.x = all.at(1, features);
        bijection.forward(rows);
        rows.x = all.with(1, rows.features, rows.x, features);
    }

    @Override
    public void inverse(OnnxRows rows) {
        OnnxTensor all = rows.x;
        rows.x = all.at(1, features);
        bijection.inverse(rows);
        rows.x = all.with(1, rows.features, rows.x, features);
    }

    private void putBack(float[] part, float[] x, int rows) {
        for (int j = 0; j < features.length; j++) {
            System.arraycopy(part, j * rows, x, features[j] * rows, rows);
        }
    }
}
