package org.djlflows.plot;

import org.djlflows.table.TableColumn;
import org.jfree.data.Range;

import java.util.List;
import java.util.NavigableMap;

/** Where the cells of a column lie along an axis. */
interface Places {

    /** Half the width of the bar of a level, of which neighbours are 1 apart. */
    double HALF_BAR = 0.4;

    /** Returns the place of each cell; not finite where it has none. */
    double[] of(TableColumn cells);

    /**
     * Returns the places whose rows are drawn as a bar and are no part of a density: those of
     * levels, of missing cells, and of numbers that come often.
     *
     * @return the places, with half the width of their bars
     */
    NavigableMap<Double, Double> points();

    /** Returns all places that the axis shows. */
    Range range();

    /**
     * Returns the edges of the bins of a density.
     *
     * @return ascending places; empty where there is none
     */
    double[] edges();

    /**
     * Returns ticks whose labels do not touch, from left to right without that of missing numbers.
     *
     * @param pixels the length of the axis
     * @param across whether it goes from left to right
     */
    List<Tick> ticks(int pixels, boolean across);

    /**
     * Returns the edges of cells that divide the whole axis.
     *
     * @return ascending places, two at least
     */
    double[] cells();

    /** Tells whether all cells at a point are of one value. */
    boolean isValue(double point);

    /** Returns the place of missing cells; NaN where there are none. */
    double missing();

    /** Returns the name of a point. */
    String name(double point);
}
