package org.djlflows.plot;

import org.jfree.chart.axis.AxisSpace;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.Range;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Draws every column in a panel of its own, with the worst fitted first. */
final class ColumnsPicture {

    private static final int MOST = 60;
    private static final int ACROSS = 6;
    private static final int WIDTH = 224;
    private static final int HEIGHT = 196;
    private static final int EDGE = 16;
    private static final int TOP = 96;

    /** The lines of text above the axes of a panel. */
    private static final int CAPTION = 46;

    private static final int BELOW = 22;
    private static final int BESIDE = 44;
    private static final int BESIDE_LEVELS = 96;
    private static final int GAP = 18;

    private record Panel(Variable variable, Optional<Misfit> misfit) {
        double excess() {
            return misfit.map(Misfit::excess).orElse(Double.NEGATIVE_INFINITY);
        }
    }

    private final List<Panel> panels;
    private final int all;
    private final String samples;
    private final int across;

    /**
     * Creates a picture.
     *
     * @param variables the columns, at least one
     * @param samples what the samples are called
     */
    ColumnsPicture(List<Variable> variables, String samples) {
        all = variables.size();
        this.samples = samples;
        panels =
                variables.stream()
                        .map(variable -> new Panel(variable, variable.misfit()))
                        // Stable: columns without data keep their order.
                        .sorted(Comparator.comparingDouble(panel -> -panel.excess()))
                        .limit(MOST)
                        .toList();
        int square = (int) Math.ceil(Math.sqrt(1.6 * panels.size()));
        across = Math.max(1, Math.min(ACROSS, Math.max(square, Math.min(4, panels.size()))));
    }

    Picture picture() {
        int rows = (panels.size() + across - 1) / across;
        return new Picture(
                Math.max(3, across) * WIDTH + 2 * EDGE, TOP + rows * HEIGHT + EDGE, this::draw);
    }

    private void draw(Graphics2D g) {
        Look.smooth(g);
        drawHeading(g);
        for (int i = 0; i < panels.size(); i++) {
            Graphics2D part = (Graphics2D) g.create();
            part.translate(EDGE + i % across * WIDTH, TOP + i / across * HEIGHT);
            drawPanel(part, panels.get(i));
            part.dispose();
        }
    }

    private void drawHeading(Graphics2D g) {
        boolean compared = panels.stream().anyMatch(panel -> panel.misfit().isPresent());
        String which =
                panels.size() < all
                        ? String.format(Locale.ROOT, "%d of %,d columns", panels.size(), all)
                        : "Every column";
        int width = Math.max(3, across) * WIDTH;
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 16));
        String title = which + (compared ? ", the worst fitted first" : "");
        g.drawString(title, EDGE, 28);
        g.setFont(Look.font(Font.PLAIN, 13));
        int x = EDGE;
        if (panels.stream().anyMatch(panel -> panel.variable().hasData())) {
            x = Look.key(g, Look.DATA, "data" + rows(Variable::measured), x, 52);
        }
        String drawn = samples + rows(Variable::sampled);
        Look.key(g, Look.SAMPLES, Look.middle(g, drawn, width - x - 18), x, 52);
        if (compared) {
            g.setFont(Look.font(Font.PLAIN, 11));
            g.drawString(
                    Look.middle(
                            g,
                            "KS: Kolmogorov-Smirnov distance of numbers; TV: total variation of"
                                    + " levels; 0 to 1, chance: of rows of one distribution",
                            width),
                    EDGE,
                    74);
        }
    }

    private String rows(Function<Variable, double[]> places) {
        return String.format(
                Locale.ROOT,
                " (%,d rows)",
                panels.stream().mapToInt(p -> places.apply(p.variable()).length).max().orElse(0));
    }

    private static void drawPanel(Graphics2D g, Panel panel) {
        Variable variable = panel.variable();
        int width = WIDTH - GAP;
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 12));
        g.drawString(Look.middle(g, variable.name(), width), 0, 12);
        g.setFont(Look.font(Font.PLAIN, 10));
        panel.misfit().ifPresent(misfit -> g.drawString(misfit.toString(), 0, 26));
        g.drawString(
                Look.middle(g, variable.note(), width), 0, panel.misfit().isPresent() ? 39 : 26);

        boolean turned = variable.isLevels();
        int left = turned ? BESIDE_LEVELS : BESIDE;
        int across = width - left;
        int up = HEIGHT - CAPTION - BELOW - GAP;
        Range range = variable.places().range();
        Range heights = Marginal.heights(variable);
        int own = turned ? up : across;
        TickAxis x =
                new TickAxis(null, range, variable.places().ticks(own, !turned), own, left - 6);
        x.setInverted(turned);
        TickAxis y =
                new TickAxis(
                        null,
                        heights,
                        Tick.percentages(heights, turned ? across : up, turned),
                        turned ? across : up,
                        left - 6);
        XYPlot plot = Look.plot(x, y);
        if (variable.hasDensity()) {
            Marginal.hideTicks(y);
            plot.setRangeGridlinesVisible(false);
        }
        plot.setDomainGridlinesVisible(!turned);
        plot.setOrientation(turned ? PlotOrientation.HORIZONTAL : PlotOrientation.VERTICAL);
        plot.setInsets(RectangleInsets.ZERO_INSETS);
        AxisSpace space = new AxisSpace();
        space.setLeft(left);
        space.setBottom(BELOW);
        plot.setFixedDomainAxisSpace(space);
        plot.setFixedRangeAxisSpace(space);
        Marginal.add(plot, variable);
        plot.draw(
                g,
                new Rectangle2D.Double(0, CAPTION, width, HEIGHT - CAPTION - GAP),
                null,
                null,
                null);
    }
}
