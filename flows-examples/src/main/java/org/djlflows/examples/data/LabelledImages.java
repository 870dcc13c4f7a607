package org.djlflows.examples.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Images of 8 bits, and perhaps a class for each.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param height the number of rows of pixels
 * @param width the number of pixels in a row
 * @param levels the levels, of shape (images, channels, height, width), row-major
 * @param labels the class of each image, counted from 0; none where there are no classes
 * @param classes the names of the classes
 */
record LabelledImages(
        int channels, int height, int width, byte[] levels, int[] labels, List<String> classes) {

    LabelledImages {
        classes = List.copyOf(classes);
    }

    int count() {
        return levels.length / size();
    }

    /** Returns the number of levels of an image. */
    int size() {
        return channels * height * width;
    }

    /** Returns some images, from one to that before another. */
    ImageSets.Part part(int from, int to) {
        Objects.checkFromToIndex(from, to, count());
        float[] values = new float[(to - from) * size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = levels[from * size() + i] & 0xff;
        }
        int[] ofPart = classes.isEmpty() ? new int[0] : Arrays.copyOfRange(labels, from, to);
        return new ImageSets.Part(values, ofPart);
    }
}
