package org.djlflows.plot;

import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Explanation;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Draws the shares that the cells of a row have in its score as lying bars. */
final class SharesPicture {

    private static final int MOST = 30;
    private static final int WIDTH = 900;
    private static final int EDGE = 16;
    private static final int TOP = 72;
    private static final int LINE = 26;
    private static final int THICK = 15;

    /** Where bars begin, the longest one ends, and what was expected is written. */
    private static final int BARS = 170;

    private static final int LONGEST = 220;
    private static final int TEXTS = BARS + LONGEST + 60;

    private final String title;
    private final RowScore score;
    private final List<Explanation.Cell> cells;
    private final double[] shares;

    SharesPicture(String title, Explanation explanation) {
        this.title = title;
        score = explanation.score();
        cells = explanation.cells();
        shares = explanation.relativeShares();
    }

    Picture picture() {
        int lines = Math.min(MOST + 1, cells.size());
        return new Picture(WIDTH, TOP + lines * LINE + EDGE, this::draw);
    }

    private void draw(Graphics2D g) {
        Look.smooth(g);
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 16));
        g.drawString(Look.middle(g, title, WIDTH - 2.0 * EDGE), EDGE, 28);
        g.setFont(Look.font(Font.PLAIN, 13));
        String how =
                String.format(
                        Locale.ROOT,
                        "anomaly score %s, p-value %s; shares of the score:",
                        number(score.score().orElseThrow()),
                        number(score.pValue().orElseThrow()));
        g.drawString(how, EDGE, 52);
        int shown = cells.size() > MOST + 1 ? MOST : cells.size();
        for (int j = 0; j < shown; j++) {
            draw(g, cells.get(j), j);
        }
        if (shown < cells.size()) {
            double rest = Arrays.stream(shares).skip(shown).sum();
            g.setColor(Look.INK);
            g.drawString(
                    String.format(
                            Locale.ROOT,
                            "and %d more columns: %.1f %%",
                            cells.size() - shown,
                            100 * rest),
                    EDGE,
                    TOP + shown * LINE + THICK);
        }
    }

    private static String number(double value) {
        return Double.isInfinite(value) ? "infinite" : Tick.number(value);
    }

    private void draw(Graphics2D g, Explanation.Cell cell, int line) {
        int y = TOP + line * LINE;
        double most = Arrays.stream(shares).max().orElse(1);
        double length = most > 0 ? LONGEST * shares[line] / most : 0;
        g.setColor(Look.SAMPLES);
        g.fill(new Rectangle2D.Double(BARS, y + 1.0, length, THICK));
        g.setColor(Look.INK);
        int foot = y + THICK - 2;
        g.setFont(Look.font(Font.BOLD, 12));
        g.drawString(Look.middle(g, cell.column(), BARS - EDGE - 10.0), EDGE, foot);
        g.setFont(Look.font(Font.PLAIN, 12));
        String percent = String.format(Locale.ROOT, "%.0f %%", 100 * shares[line]);
        g.drawString(percent, (int) (BARS + length + 6), foot);
        g.drawString(Look.middle(g, cell.sentence(), WIDTH - TEXTS - (double) EDGE), TEXTS, foot);
    }
}
