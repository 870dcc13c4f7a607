package org.djlflows.plot;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Lines of equal density over the grid of a {@link Window}, by marching squares.
 *
 * <p>A line crosses edges between neighbouring points of the grid, one at each crossing from above
 * the level to below it, and within each square joins the crossings of its edges. Edge {@code 2 i}
 * goes from point i to the right, edge {@code 2 i + 1} upwards.
 */
final class Contours {

    private static final int NONE = -1;

    private final float[] density;
    private final double level;
    private final int cells;

    /** The edges that the line goes to from each edge. */
    private final int[][] links;

    private Contours(float[] density, double level) {
        this.density = density;
        this.level = level;
        cells = (int) Math.round(Math.sqrt(density.length));
        links = new int[2 * density.length][];
        Arrays.setAll(links, edge -> new int[] {NONE, NONE});
    }

    /**
     * Returns the level that encloses some probability: points of a higher density have it, and no
     * region of the same probability is smaller.
     *
     * @param density the density at the points of the grid
     * @param cellArea the area of a cell
     * @param mass the probability, in (0, 1)
     * @return the level; empty if the grid holds less probability
     */
    static OptionalDouble level(float[] density, double cellArea, double mass) {
        double[] ascending =
                IntStream.range(0, density.length)
                        .mapToDouble(i -> density[i])
                        .filter(Double::isFinite)
                        .sorted()
                        .toArray();
        double enclosed = 0;
        for (int i = ascending.length - 1; i >= 0; i--) {
            enclosed += ascending[i] * cellArea;
            if (enclosed >= mass) {
                return OptionalDouble.of(ascending[i]);
            }
        }
        return OptionalDouble.empty();
    }

    /**
     * Returns the lines of a level.
     *
     * @param window what the grid covers
     * @param density the density at the points of the grid, of which NaN counts as low
     * @param level the level
     * @return the x of the lines' points and their y, NaN after each line
     */
    static double[][] lines(Window window, float[] density, double level) {
        Contours contours = new Contours(density, level);
        contours.link();
        return contours.follow(window);
    }

    private boolean above(int point) {
        return density[point] >= level;
    }

    private void link() {
        for (int row = 0; row + 1 < cells; row++) {
            for (int column = 0; column + 1 < cells; column++) {
                int corner = row * cells + column;
                int right = corner + 1;
                int up = corner + cells;
                int across = up + 1;
                int[] edges = {2 * corner, 2 * right + 1, 2 * up, 2 * corner + 1};
                int[] crossed = Arrays.stream(edges).filter(this::isCrossed).toArray();
                if (crossed.length == 2) {
                    link(crossed[0], crossed[1]);
                } else if (crossed.length == 4) {
                    // A saddle: its middle tells which two corners hang together.
                    double middle =
                            DoubleStream.of(
                                            density[corner],
                                            density[right],
                                            density[up],
                                            density[across])
                                    .average()
                                    .orElseThrow();
                    boolean joined = (middle >= level) == above(corner);
                    link(edges[0], joined ? edges[1] : edges[3]);
                    link(edges[2], joined ? edges[3] : edges[1]);
                }
            }
        }
    }

    private boolean isCrossed(int edge) {
        int from = edge / 2;
        return above(from) != above(otherEnd(edge));
    }

    private int otherEnd(int edge) {
        return edge / 2 + (edge % 2 == 0 ? 1 : cells);
    }

    private void link(int a, int b) {
        links[a][links[a][0] == NONE ? 0 : 1] = b;
        links[b][links[b][0] == NONE ? 0 : 1] = a;
    }

    /** Follows the lines that end at the border of the grid, then those that are closed. */
    private double[][] follow(Window window) {
        boolean[] seen = new boolean[links.length];
        DoubleStream.Builder x = DoubleStream.builder();
        DoubleStream.Builder y = DoubleStream.builder();
        IntPredicate open = edge -> links[edge][0] != NONE && links[edge][1] == NONE;
        IntPredicate closed = edge -> links[edge][1] != NONE;
        for (IntPredicate kind : new IntPredicate[] {open, closed}) {
            for (int first = 0; first < links.length; first++) {
                if (seen[first] || !kind.test(first)) {
                    continue;
                }
                int edge = first;
                while (edge != NONE) {
                    seen[edge] = true;
                    add(edge, window, x, y);
                    edge = next(edge, seen);
                }
                if (kind == closed) {
                    add(first, window, x, y);
                }
                x.add(Double.NaN);
                y.add(Double.NaN);
            }
        }
        return new double[][] {x.build().toArray(), y.build().toArray()};
    }

    private int next(int edge, boolean[] seen) {
        for (int link : links[edge]) {
            if (link != NONE && !seen[link]) {
                return link;
            }
        }
        return NONE;
    }

    private void add(int edge, Window window, DoubleStream.Builder x, DoubleStream.Builder y) {
        double from = density[edge / 2];
        double way = (level - from) / (density[otherEnd(edge)] - from);
        double part = way >= 0 && way <= 1 ? way : 0.5;
        int point = edge / 2;
        int rowBelow = point / cells;
        double column = point % cells + (edge % 2 == 0 ? part : 0);
        double row = rowBelow + (edge % 2 == 0 ? 0 : part);
        x.add(window.xMin() + window.x().getLength() * (column + 0.5) / cells);
        y.add(window.yMin() + window.y().getLength() * (row + 0.5) / cells);
    }
}
