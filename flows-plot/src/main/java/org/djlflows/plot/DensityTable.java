package org.djlflows.plot;

import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.util.List;

/** Draws densities in the plane as a table of small pictures, without axes. */
public final class DensityTable {

    private static final int SIDE = 220;
    private static final int GAP = 10;
    private static final int LEFT = 44;
    private static final int TOP = 40;
    private static final int NOTE = 20;

    private DensityTable() {}

    /**
     * Draws the table.
     *
     * @param rows the name of each row
     * @param columns the name of each column
     * @param densities row by row, the density at the points of {@link Window#grid}, each coloured
     *     from 0 to the largest of its row
     * @param notes row by row, a line below each picture, which may be empty
     * @return the picture
     * @throws IllegalArgumentException if there is not a density and a note for each cell, or one
     *     is not on a square grid
     */
    public static Picture draw(
            List<String> rows, List<String> columns, List<float[]> densities, List<String> notes) {
        int cells = rows.size() * columns.size();
        if (densities.size() != cells || notes.size() != cells) {
            throw new IllegalArgumentException(
                    String.format(
                            "DensityTable: expected %d densities and notes, got %d and %d",
                            cells, densities.size(), notes.size()));
        }
        return new Picture(
                LEFT + columns.size() * (SIDE + GAP),
                TOP + rows.size() * (SIDE + NOTE + GAP),
                g -> draw(g, rows, columns, densities, notes));
    }

    private static void draw(
            Graphics2D g,
            List<String> rows,
            List<String> columns,
            List<float[]> densities,
            List<String> notes) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 15));
        for (int column = 0; column < columns.size(); column++) {
            centred(g, columns.get(column), LEFT + column * (SIDE + GAP) + SIDE / 2, 26);
        }
        for (int row = 0; row < rows.size(); row++) {
            int y = TOP + row * (SIDE + NOTE + GAP);
            upwards(g, rows.get(row), 26, y + SIDE / 2);
            int first = row * columns.size();
            List<float[]> ofRow = densities.subList(first, first + columns.size());
            ColorMap colors =
                    new ColorMap(ofRow.stream().mapToDouble(Plots::largest).max().orElseThrow());
            for (int column = 0; column < columns.size(); column++) {
                int x = LEFT + column * (SIDE + GAP);
                g.drawImage(Plots.heatMap(ofRow.get(column), colors), x, y, SIDE, SIDE, null);
                g.setFont(Look.font(Font.PLAIN, 12));
                centred(g, notes.get(first + column), x + SIDE / 2, y + SIDE + 15);
                g.setFont(Look.font(Font.BOLD, 15));
            }
        }
    }

    private static void centred(Graphics2D g, String text, int x, int y) {
        FontMetrics metrics = g.getFontMetrics();
        g.drawString(text, x - metrics.stringWidth(text) / 2, y);
    }

    private static void upwards(Graphics2D g, String text, int x, int y) {
        AffineTransform before = g.getTransform();
        g.rotate(-Math.PI / 2, x, y);
        centred(g, text, x, y);
        g.setTransform(before);
    }
}
