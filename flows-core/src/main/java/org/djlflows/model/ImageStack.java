package org.djlflows.model;

import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Logit;
import org.djlflows.bijection.MultiScale;
import org.djlflows.distribution.StandardNormal;

import java.util.List;

/** Multi-scale flows over pixels in the unit interval. */
final class ImageStack {

    /** As Real NVP. */
    private static final double ALPHA = 0.05;

    /** As an image of 4096 pixels squared. */
    private static final int MOST_VALUES = 1 << 24;

    private ImageStack() {}

    /** Puts the scales, the first one to the image, behind a logit. */
    static NormalizingFlow of(List<Bijection> scales) {
        Bijection flow = scales.get(scales.size() - 1);
        for (int i = scales.size() - 2; i >= 0; i--) {
            flow = new MultiScale(scales.get(i), flow);
        }
        return new NormalizingFlow(
                new SequentialBijection(new Logit(ALPHA), flow), new StandardNormal());
    }

    /** Checks the size of images, so that it can be counted. */
    static void checkSize(String preset, int channels, int height, int width) {
        VectorStack.require(preset, channels >= 1, "at least 1 channel", channels);
        VectorStack.require(
                preset,
                height >= 1 && width >= 1,
                "images of at least 1 pixel",
                height + " x " + width);
        for (int size : new int[] {channels, height, width}) {
            VectorStack.requireAtMost(
                    preset, VectorStack.WIDEST, "channels, rows and columns", size);
        }
        VectorStack.requireAtMost(
                preset, MOST_VALUES, "values in an image", (long) channels * height * width);
    }

    /** Checks the hyper-parameters that all presets of several scales have. */
    static void check(
            String preset,
            int channels,
            int height,
            int width,
            int context,
            int scales,
            int filters) {
        checkSize(preset, channels, height, width);
        VectorStack.require(preset, context >= 0, "a context of at least 0 features", context);
        VectorStack.requireAtMost(preset, VectorStack.WIDEST, "features of the context", context);
        VectorStack.require(preset, scales >= 1 && scales < 16, "1 to 15 scales", scales);
        VectorStack.require(preset, filters >= 1, "at least 1 filter", filters);
        VectorStack.requireAtMost(preset, VectorStack.WIDEST, "filters", filters);
        int factor = 1 << scales;
        boolean divides =
                Math.min(height, width) >= factor && height % factor == 0 && width % factor == 0;
        VectorStack.require(
                preset,
                divides,
                "a height and a width that " + factor + " divides, for " + scales + " scales",
                height + " x " + width);
    }
}
