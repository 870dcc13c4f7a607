package org.djlflows.plot;

import org.jfree.chart.renderer.PaintScale;

import java.awt.Color;
import java.awt.Paint;

/**
 * The viridis colour map from 0 to a maximum: equal steps look equally large, also in grey and to
 * colour-blind readers.
 */
final class ColorMap implements PaintScale {

    /** Every 32nd of the 256 colours. */
    private static final int[] ANCHORS = {
        0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725
    };

    private final double max;

    ColorMap(double max) {
        this.max = max;
    }

    @Override
    public double getLowerBound() {
        return 0;
    }

    @Override
    public double getUpperBound() {
        return max;
    }

    @Override
    public Paint getPaint(double value) {
        return new Color(rgb(value));
    }

    /** Returns the colour of a value, as red, green and blue bytes; white if it is not a number. */
    int rgb(double value) {
        if (Double.isNaN(value)) {
            return 0xFFFFFF;
        }
        double place = Math.max(0, Math.min(1, value / max)) * (ANCHORS.length - 1);
        int low = Math.min((int) place, ANCHORS.length - 2);
        return between(ANCHORS[low], ANCHORS[low + 1], place - low);
    }

    /** Returns the colour at some part of the way from one to another. */
    static int between(int from, int to, double part) {
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int start = from >> shift & 0xFF;
            int end = to >> shift & 0xFF;
            rgb |= (int) Math.round(start + part * (end - start)) << shift;
        }
        return rgb;
    }
}
