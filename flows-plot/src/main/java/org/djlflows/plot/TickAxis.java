package org.djlflows.plot;

import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;

/**
 * An axis with the ticks that it is given, but for those near its ends, whose labels would run into
 * those of a neighbour. Below a panel labels stand upright if one is too wide to lie; what has too
 * little room is cut in the middle.
 */
final class TickAxis extends NumberAxis {

    private static final long serialVersionUID = 1L;
    private static final int GAP = 6;

    @SuppressWarnings("serial") // Axes are not serialised.
    private final List<Tick> ticks;

    private final int longest;
    private final int pixels;
    private boolean upright;

    /**
     * Creates an axis.
     *
     * @param label what it shows, or null for none
     * @param range the places that it shows
     * @param ticks its ticks, in ascending order
     * @param pixels its length
     * @param longest the pixels that are left for a label beside it
     */
    TickAxis(String label, Range range, List<Tick> ticks, int pixels, int longest) {
        super(label);
        this.ticks = List.copyOf(ticks);
        this.pixels = pixels;
        this.longest = longest;
        Look.style(this, range);
        setTickLabelFont(Look.font(Font.PLAIN, 10));
    }

    @Override
    public List<?> refreshTicks(
            Graphics2D g, AxisState state, Rectangle2D area, RectangleEdge edge) {
        g.setFont(getTickLabelFont());
        boolean across = RectangleEdge.isTopOrBottom(edge);
        double end = across ? 10.0 / pixels : 4.0 / pixels;
        Range inner = Range.expand(getRange(), -end, -end);
        List<Tick> shown = ticks.stream().filter(tick -> inner.contains(tick.place())).toList();
        double room = room(shown);
        upright = across && shown.stream().anyMatch(tick -> width(g, tick) + GAP > room);
        boolean lying = across && !upright;
        return shown.stream()
                .map(
                        tick ->
                                new NumberTick(
                                        tick.place(),
                                        lying
                                                ? tick.label()
                                                : Look.middle(g, tick.label(), longest),
                                        lying ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT,
                                        upright ? TextAnchor.CENTER_RIGHT : TextAnchor.CENTER,
                                        upright ? -Math.PI / 2 : 0))
                .toList();
    }

    /** Tells whether labels stand upright, which decides where that of the axis is. */
    @Override
    public boolean isVerticalTickLabels() {
        return upright;
    }

    private static int width(Graphics2D g, Tick tick) {
        return g.getFontMetrics().stringWidth(tick.label());
    }

    /** The least distance between two ticks, in pixels. */
    private double room(List<Tick> shown) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int i = 1; i < shown.size(); i++) {
            nearest = Math.min(nearest, shown.get(i).place() - shown.get(i - 1).place());
        }
        return nearest / getRange().getLength() * pixels;
    }
}
