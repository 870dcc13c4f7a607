package org.djlflows.io;

/**
 * Scaling of images by cubic convolution, whose kernel is as wide as an output pixel where images
 * shrink, so that all pixels count and fine patterns do not turn into coarse ones.
 *
 * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys, Cubic convolution interpolation
 *     for digital image processing, 1981, equation 15</a>
 */
final class Resize {

    private static final int SUPPORT = 2;

    private Resize() {}

    /** Cuts the largest square out of the middle of planar levels and scales it. */
    static byte[] toSquare(byte[] levels, int channels, int height, int width, int side) {
        int cut = Math.min(height, width);
        int top = (height - cut) / 2;
        int left = (width - cut) / 2;
        byte[] scaled = new byte[channels * side * side];
        float[][] weights = new float[side][];
        int[] first = new int[side];
        for (int i = 0; i < side; i++) {
            weights[i] = weights(i, cut, side, first);
        }
        float[] rows = new float[cut * side];
        for (int c = 0; c < channels; c++) {
            int start = (c * height + top) * width + left;
            for (int y = 0; y < cut; y++) {
                for (int x = 0; x < side; x++) {
                    float sum = 0;
                    for (int k = 0; k < weights[x].length; k++) {
                        sum += weights[x][k] * (levels[start + y * width + first[x] + k] & 0xff);
                    }
                    rows[y * side + x] = sum;
                }
            }
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    float sum = 0;
                    for (int k = 0; k < weights[y].length; k++) {
                        sum += weights[y][k] * rows[(first[y] + k) * side + x];
                    }
                    scaled[(c * side + y) * side + x] =
                            (byte) Math.max(0, Math.min(255, Math.round(sum)));
                }
            }
        }
        return scaled;
    }

    /** The weights of the input pixels, from {@code first[at]} on, in an output pixel. */
    private static float[] weights(int at, int from, int to, int[] first) {
        double scale = (double) from / to;
        double stretch = Math.max(1, scale);
        double centre = (at + 0.5) * scale;
        first[at] = (int) Math.max(0, Math.round(centre - SUPPORT * stretch));
        int end = (int) Math.min(from, Math.round(centre + SUPPORT * stretch));
        float[] weights = new float[end - first[at]];
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            weights[k] = (float) cubic(Math.abs((first[at] + k + 0.5 - centre) / stretch));
            sum += weights[k];
        }
        for (int k = 0; k < weights.length; k++) {
            weights[k] /= (float) sum;
        }
        return weights;
    }

    private static double cubic(double x) {
        if (x < 1) {
            return (1.5 * x - 2.5) * x * x + 1;
        }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }
}
