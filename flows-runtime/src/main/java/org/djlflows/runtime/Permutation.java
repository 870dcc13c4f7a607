package org.djlflows.runtime;

/** Another order of the features: feature i of the noise is feature places[i] of the data. */
final class Permutation implements Bijection {

    private final int[] places;
    private final int[] back;

    Permutation(int... places) {
        this.places = places;
        back = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            back[places[i]] = i;
        }
    }

    @Override
    public void forward(Workspace workspace, float[] x, float[] given, float[] logDet, int rows) {
        move(workspace, x, places, rows);
    }

    @Override
    public void inverse(Workspace workspace, float[] z, float[] given, float[] logDet, int rows) {
        move(workspace, z, back, rows);
    }

    @Override
    public void forward(OnnxRows rows) {
        rows.x = rows.x.at(1, places);
    }

    @Override
    public void inverse(OnnxRows rows) {
        rows.x = rows.x.at(1, back);
    }

    private static void move(Workspace workspace, float[] x, int[] from, int rows) {
        long mark = workspace.mark();
        float[] moved = workspace.take(from.length * rows);
        Bijection.copy(x, from, moved, 0, rows);
        System.arraycopy(moved, 0, x, 0, from.length * rows);
        workspace.release(mark);
    }
}
