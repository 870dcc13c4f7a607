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

/** Draws columns in panels of their own: two samples of each. */
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

    /**
     * A column.
     *
     * @param variable its cells
     * @param caption how its samples compare, or an empty text
     */
    record Panel(Variable variable, String caption) {}

    /**
     * What is written above the panels.
     *
     * @param title what they are
     * @param data what the first sample is called
     * @param samples what the second sample is called
     * @param note what captions mean, or an empty text
     */
    record Heading(String title, String data, String samples, String note) {}

    private record Ranked(Variable variable, Optional<Misfit> misfit) {
        double excess() {
            return misfit.map(Misfit::excess).orElse(Double.NEGATIVE_INFINITY);
        }

        Panel panel() {
            return new Panel(variable, misfit.map(Misfit::toString).orElse(""));
        }
    }

    private final List<Panel> panels;
    private final Heading heading;
    private final int across;

    /**
     * Creates a picture.
     *
     * @param panels the columns, at least one
     * @param heading what is written above them
     */
    ColumnsPicture(List<Panel> panels, Heading heading) {
        this.panels = List.copyOf(panels);
        this.heading = heading;
        int square = (int) Math.ceil(Math.sqrt(1.6 * panels.size()));
        across = Math.max(1, Math.min(ACROSS, Math.max(square, Math.min(4, panels.size()))));
    }

    /**
     * Draws data beside samples, with the worst fitted column first.
     *
     * @param variables the columns, at least one
     * @param samples what the samples are called
     */
    static ColumnsPicture byMisfit(List<Variable> variables, String samples) {
        List<Ranked> ranked =
                variables.stream()
                        .map(variable -> new Ranked(variable, variable.misfit()))
                        // Stable: columns without data keep their order.
                        .sorted(Comparator.comparingDouble(column -> -column.excess()))
                        .limit(MOST)
                        .toList();
        boolean compared = ranked.stream().anyMatch(column -> column.misfit().isPresent());
        String which =
                ranked.size() < variables.size()
                        ? String.format(
                                Locale.ROOT, "%d of %,d columns", ranked.size(), variables.size())
                        : "Every column";
        return new ColumnsPicture(
                ranked.stream().map(Ranked::panel).toList(),
                new Heading(
                        which + (compared ? ", the worst fitted first" : ""),
                        "data",
                        samples,
                        compared
                                ? "KS: Kolmogorov-Smirnov distance of numbers; TV: total variation of"
                                        + " levels; 0 to 1, chance: of rows of one distribution"
                                : ""));
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
        int width = Math.max(3, across) * WIDTH;
        g.setColor(Look.INK);
        g.setFont(Look.font(Font.BOLD, 16));
        g.drawString(heading.title(), EDGE, 28);
        g.setFont(Look.font(Font.PLAIN, 13));
        int x = EDGE;
        if (panels.stream().anyMatch(panel -> panel.variable().hasData())) {
            x = Look.key(g, Look.DATA, heading.data() + rows(Variable::measured), x, 52);
        }
        String drawn = heading.samples() + rows(Variable::sampled);
        Look.key(g, Look.SAMPLES, Look.middle(g, drawn, width - x - 18), x, 52);
        g.setFont(Look.font(Font.PLAIN, 11));
        g.drawString(Look.middle(g, heading.note(), width), EDGE, 74);
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
        g.drawString(Look.middle(g, panel.caption(), width), 0, 26);
        g.drawString(
                Look.middle(g, variable.note(), width), 0, panel.caption().isEmpty() ? 26 : 39);

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
