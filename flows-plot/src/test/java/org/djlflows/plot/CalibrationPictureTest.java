package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.evaluation.Calibration;
import org.djlflows.evaluation.Ranks;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

class CalibrationPictureTest {

    @BeforeAll
    static void useNoDisplay() {
        System.setProperty("java.awt.headless", "true");
    }

    private static Ranks uniform(int rows, int draws) {
        return Ranks.of(draws, new SplittableRandom(1).ints(rows, 0, draws + 1).toArray());
    }

    private static int count(BufferedImage image, Color color) {
        int found = 0;
        for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
            int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
            found += rgb == color.getRGB() ? 1 : 0;
        }
        return found;
    }

    @Test
    void drawsPanelsThreeInARow() {
        Ranks ranks = uniform(300, 99);
        Calibration four = new Calibration(Collections.nCopies(4, ranks), ranks, ranks);
        Picture picture = CalibrationPicture.of(four, List.of("a", "b", "c", "d"));
        assertEquals(1200, picture.width());
        assertEquals(640, picture.height());
        Calibration many = new Calibration(Collections.nCopies(20, ranks), ranks, ranks);
        assertEquals(4 * 320, CalibrationPicture.of(many, Collections.nCopies(20, "x")).height());
        Calibration one = new Calibration(List.of(ranks), ranks, ranks);
        assertEquals(800, CalibrationPicture.of(one, List.of("a")).width());
        assertTrue(CalibrationPicture.of(one, List.of("a")).svg().contains(">Coverage<"));
        assertThrows(IllegalArgumentException.class, () -> CalibrationPicture.of(one, List.of()));
    }

    /** Of few rows there are few bars; the band lies over them. */
    @Test
    void barsAndBandsAreSeen() {
        for (int rows : new int[] {5, 60, 5000}) {
            Picture picture = CalibrationPicture.ranks("a", uniform(rows, 19));
            BufferedImage image = picture.image();
            assertTrue(count(image, Look.DATA_LIGHT) > 500, rows + " rows");
        }
        int[] ranks = new SplittableRandom(1).ints(200, 0, 10).toArray();
        Ranks low = Ranks.of(99, ranks);
        BufferedImage coverage =
                CalibrationPicture.coverage(new Calibration(List.of(low), low, uniform(200, 99)))
                        .image();
        // Slanted lines have few pixels of their own colour, the legend some.
        assertTrue(count(coverage, Look.DATA) > 0, "by density");
        assertTrue(count(coverage, Look.SAMPLES) > 0, "by distance");
    }
}
