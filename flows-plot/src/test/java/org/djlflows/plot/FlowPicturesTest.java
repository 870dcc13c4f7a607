package org.djlflows.plot;

import static org.djlflows.plot.PlotsTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Permutation;
import org.djlflows.bijection.Standardize;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.distribution.UniformBox;
import org.djlflows.estimator.DensityEstimator;
import org.djlflows.training.MaximumLikelihood;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class FlowPicturesTest {

    /** The colour of the last line of equal z1, and that of the last of equal z2. */
    private static final int Z1 = 0x004A7F;

    private static final int Z2 = 0x9E3D00;

    private static NDManager manager;

    @BeforeAll
    static void open() {
        System.setProperty("java.awt.headless", "true");
        manager = NDManager.newBaseManager(null, "PyTorch");
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void drawsTheDensityWhereTheDataAre(DataType type) {
        Picture picture = FlowPictures.of(flow(type), data(20_000)).density();

        // The window is symmetric about the mode, which is the brightest spot.
        int brightest = new ColorMap(1).rgb(1);
        BufferedImage image = picture.image();
        double x = 0;
        double y = 0;
        int count = 0;
        for (int row = 60; row < 460; row++) {
            for (int column = 75; column < 530; column++) {
                if (close(image.getRGB(column, row), brightest, 12)) {
                    x += column;
                    y += row;
                    count++;
                }
            }
        }
        assertTrue(count > 50, count + " bright pixels");
        assertEquals(303, x / count, 12);
        assertEquals(265, y / count, 12);
    }

    @Test
    void warpsThroughEveryFlow() {
        // The samples of the base decide what is shown.
        manager.getEngine().setRandomSeed(1);
        // The outer flow swaps the columns: lines of equal z1, vertical in the noise, lie across.
        BufferedImage both = FlowPictures.of(flow(DataType.FLOAT32), data(2000)).warp().image();
        BufferedImage noise = both.getSubimage(70, 65, 470, 400);
        BufferedImage data = both.getSubimage(630, 65, 450, 400);

        assertTrue(most(noise, Z1, false) > 350 && most(noise, Z1, true) < 20);
        assertTrue(most(data, Z1, true) > 350 && most(data, Z1, false) < 20);
        assertTrue(most(data, Z2, false) > 350 && most(data, Z2, true) < 20);
    }

    @Test
    void findsTheRangeOfTheNoise() {
        NormalizingFlow flow = new NormalizingFlow(Permutation.of(1, 0), new UniformBox(0, 1));
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        float[] rows = new float[2000];
        Random random = new Random(2);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.nextFloat();
        }

        assertEquals(1120, FlowPictures.of(flow, rows).warp().width());
    }

    @Test
    void drawsSamplesOverDataAndPairs() {
        FlowPictures pictures = FlowPictures.of(flow(DataType.FLOAT32), data(500));

        assertEquals(560, pictures.samplesOverData().width());
        assertEquals(1760, pictures.overview().width());
        assertTrue(pictures.pairs().width() > 800);
    }

    @Test
    void takesRowsOfAModel() {
        double[][] rows = new double[200][];
        Random random = new Random(3);
        Arrays.setAll(rows, i -> new double[] {random.nextGaussian(), i, random.nextDouble()});
        try (DensityEstimator estimator =
                DensityEstimator.builder()
                        .optTraining(MaximumLikelihood.builder().optEpochs(1).optBatchSize(16))
                        .fit(rows)) {
            FlowPictures pictures = FlowPictures.of(estimator.model(), rows);
            assertTrue(pictures.pairs().width() > 900);
            assertEquals(3 * 224 + 32, pictures.columns().width());
            Picture pair = pictures.pairs(List.of("x3", "x1"));
            assertEquals(pair.width(), pictures.pairs(List.of("x1", "x2")).width());
            assertTrue(pair.width() < 1100);
            assertEquals(1, pictures.columns(List.of("x2")).image().getType());
            assertTrue(pictures.conditionals().isEmpty());
            assertMessage(
                    "expected columns of [x1, x2, x3], got x4",
                    () -> pictures.columns(List.of("x4")));
            assertMessage(
                    "FlowPictures: expected a column that is given, of [], got x1; a model of flow"
                            + " any-order takes every column as given",
                    () -> pictures.conditional("x1", "x2"));
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        NormalizingFlow flow = flow(DataType.FLOAT32);
        assertMessage(
                "Plots: expected rows of 2 values, got 3 values",
                () -> FlowPictures.of(flow, new float[3]));
        assertMessage(
                "FlowPictures: expected rows of 2 values and a context of 0 for each, got 0 and 0"
                        + " values",
                () -> FlowPictures.of(flow, new float[0]));
        FlowPictures pictures = FlowPictures.of(flow, data(10));
        assertMessage(
                "FlowPictures: expected a value for each of [], got [1.0]",
                () -> pictures.given(1));
        NormalizingFlow line = new NormalizingFlow(Permutation.of(0), new StandardNormal());
        line.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        FlowPictures ofLine = FlowPictures.of(line, new float[] {1, 2, 3});
        assertEquals(
                "FlowPictures: expected a flow over two columns for this picture, got one over"
                        + " [x1]",
                assertThrows(IllegalStateException.class, ofLine::density).getMessage());
    }

    /** Returns a flow whose base is a flow: x = swap(mean + deviation * z). */
    private static NormalizingFlow flow(DataType type) {
        Standardize standardize = new Standardize();
        NormalizingFlow inner = new NormalizingFlow(standardize, new StandardNormal());
        NormalizingFlow flow = new NormalizingFlow(Permutation.of(1, 0), inner);
        flow.initialize(manager, type, new Shape(1, 2));
        float[] swapped = data(20_000);
        for (int i = 0; i < swapped.length; i += 2) {
            float x = swapped[i];
            swapped[i] = swapped[i + 1];
            swapped[i + 1] = x;
        }
        standardize.fit(manager.create(swapped, new Shape(20_000, 2)).toType(type, false));
        return flow;
    }

    private static float[] data(int rows) {
        Random random = new Random(1);
        float[] data = new float[2 * rows];
        for (int i = 0; i < data.length; i += 2) {
            data[i] = (float) (5 + 2 * random.nextGaussian());
            data[i + 1] = (float) (-300 + 50 * random.nextGaussian());
        }
        return data;
    }

    /** Returns the most pixels of a colour in one row, or in one column. */
    private static int most(BufferedImage image, int color, boolean inRow) {
        int most = 0;
        for (int i = 0; i < (inRow ? image.getHeight() : image.getWidth()); i++) {
            int count = 0;
            for (int j = 0; j < (inRow ? image.getWidth() : image.getHeight()); j++) {
                if (close(inRow ? image.getRGB(j, i) : image.getRGB(i, j), color, 40)) {
                    count++;
                }
            }
            most = Math.max(most, count);
        }
        return most;
    }

    private static boolean close(int a, int b, int tolerance) {
        for (int shift = 0; shift < 24; shift += 8) {
            if (Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF)) > tolerance) {
                return false;
            }
        }
        return true;
    }
}
