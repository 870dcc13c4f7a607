package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.training.History;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

class PlotsTest {

    private static final Window WINDOW = new Window(-2, 3, -1, 1);

    @BeforeAll
    static void useNoDisplay() {
        System.setProperty("java.awt.headless", "true");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 40, 1000})
    void drawsLossCurves(int epochs) {
        double[] train = new double[epochs];
        Arrays.setAll(train, i -> 1000 * Math.exp(-i));
        double[] validation = train.clone();
        validation[0] = Double.NaN;

        BufferedImage picture = Plots.lossCurves(history(train, validation, epochs)).image();

        assertEquals(900, picture.getWidth());
        assertEquals(560, picture.getHeight());
        assertShows(picture, Plots.DATA);
    }

    @Test
    void leavesOutlyingLossesOut() {
        double[] losses = new double[40];
        Arrays.setAll(losses, i -> i == 0 ? 1e6 : 3 - 0.05 * i);
        double[] tame = losses.clone();
        tame[0] = 3;

        assertEquals(heightOfRightHalf(tame), heightOfRightHalf(losses), 60);
    }

    private static int heightOfRightHalf(double[] losses) {
        BufferedImage picture = Plots.lossCurves(history(losses, losses, 40)).image();
        return rowsWith(picture.getSubimage(450, 60, 450, 450), Plots.SAMPLES);
    }

    @Test
    void refusesLossesThatDoNotMatch() {
        double[] two = {2, 1};
        assertMessage(
                "Plots: expected two losses per epoch and one of the epochs as the best, "
                        + "got 2 and 1 losses, best epoch 1",
                () -> Plots.lossCurves(history(two, new double[1], 1)));
        assertThrows(IllegalArgumentException.class, () -> Plots.lossCurves(history(two, two, 3)));
        assertThrows(IllegalArgumentException.class, () -> Plots.lossCurves(history(two, two, 0)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 8, 11})
    void drawsPairs(int columns) {
        float[] data = normal(500 * columns);
        float[] samples = normal(200 * columns);
        samples[0] = Float.NaN;
        samples[samples.length - 1] = Float.POSITIVE_INFINITY;

        BufferedImage picture = Plots.pairPlot(names(columns), data, samples).image();

        assertTrue(picture.getWidth() >= 480 && picture.getWidth() <= 1400);
        assertShows(picture, Plots.DATA);
        assertShows(picture, Plots.SAMPLES);
    }

    @Test
    void drawsAColumnThatIsConstant() {
        float[] rows = {1, 7, 2, 7, 3, 7};

        assertShows(Plots.pairPlot(names(2), rows, rows).image(), Plots.DATA);
    }

    @Test
    void refusesBrokenRows() {
        assertMessage(
                "Plots: expected rows of 2 values, got 3 values",
                () -> Plots.pairPlot(names(2), new float[3], new float[2]));
        assertMessage(
                "Plots: expected finite values in column 1, got none",
                () -> Window.around(new float[] {1, Float.NaN}));
    }

    @Test
    void drawsTheDensityTheRightWayUp() {
        float[] grid = WINDOW.grid(50);
        float[] density = new float[50 * 50];
        for (int i = 0; i < density.length; i++) {
            density[i] = grid[2 * i] > 0.5 && grid[2 * i + 1] > 0 ? 1 : 0;
        }

        BufferedImage picture = Plots.density("p", "x", "y", WINDOW, density, new float[0]).image();

        int low = new ColorMap(1).rgb(0);
        assertEquals(new ColorMap(1).rgb(1), picture.getRGB(420, 150) & 0xFFFFFF);
        assertEquals(low, picture.getRGB(180, 150) & 0xFFFFFF);
        assertEquals(low, picture.getRGB(420, 350) & 0xFFFFFF);
    }

    @Test
    void drawsADensityThatIsZeroOrNotANumber() {
        float[] density = {0, 0, Float.NaN, 0};

        assertShows(
                Plots.density("p", "x", "y", WINDOW, density, normal(20)).image(),
                new Color(new ColorMap(1).rgb(0)));
    }

    @Test
    void refusesADensityThatIsNotOnASquareGrid() {
        assertMessage(
                "Plots: expected the density on a square grid, got 6 values",
                () -> Plots.density("p", "x", "y", WINDOW, new float[6], new float[0]));
    }

    @Test
    void putsPicturesSideBySide() {
        Picture blue = Plots.scatter("a", "x", "y", WINDOW, normal(600), Plots.DATA);
        Picture orange = Plots.scatter("b", "x", "y", WINDOW, normal(600), Plots.SAMPLES);

        Picture both = Picture.beside(blue, orange);

        assertEquals(2 * blue.width(), both.width());
        assertEquals(blue.height(), both.height());
        int width = orange.width();
        int height = orange.height();
        assertArrayEquals(
                orange.image().getRGB(0, 0, width, height, null, 0, width),
                both.image().getRGB(blue.width(), 0, width, height, null, 0, width));
    }

    @Test
    void gridsCoverTheWindow() {
        assertArrayEquals(
                new float[] {-0.75f, -0.5f, 1.75f, -0.5f, -0.75f, 0.5f, 1.75f, 0.5f},
                WINDOW.grid(2));
        assertEquals(2.5, WINDOW.cellArea(2));
    }

    @Test
    void windowsLeaveOutOutliers() {
        float[] points = normal(20_000);
        points[0] = 1e6f;

        Window window = Window.around(points);

        assertEquals(3, window.xMax(), 0.5);
        assertEquals(-3, window.yMin(), 0.5);
        assertMessage(
                "Window: expected increasing finite edges, got [1.0, 1.0] x [0.0, 1.0]",
                () -> new Window(1, 1, 0, 1));
    }

    /** Returns the density of a normal distribution in the plane, on a grid. */
    static float[] normal(Window window, int cells) {
        float[] grid = window.grid(cells);
        float[] density = new float[cells * cells];
        for (int i = 0; i < density.length; i++) {
            double r2 = Math.pow(grid[2 * i], 2) + Math.pow(grid[2 * i + 1], 2);
            density[i] = (float) (Math.exp(-r2 / 2) / (2 * Math.PI));
        }
        return density;
    }

    private static History history(double[] training, double[] validation, int bestEpoch) {
        return new History(
                Arrays.stream(training).boxed().toList(),
                Arrays.stream(validation).boxed().toList(),
                bestEpoch,
                0);
    }

    static float[] normal(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static List<String> names(int count) {
        return Collections.nCopies(count, "a name that is far too long for its panel");
    }

    static void assertMessage(String message, Executable action) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
    }

    private static void assertShows(BufferedImage picture, Color color) {
        assertTrue(rowsWith(picture, color) > 0, "shows " + color);
    }

    private static int rowsWith(BufferedImage picture, Color color) {
        int rows = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            int[] row = picture.getRGB(0, y, picture.getWidth(), 1, null, 0, picture.getWidth());
            if (Arrays.stream(row).anyMatch(pixel -> pixel == color.getRGB())) {
                rows++;
            }
        }
        return rows;
    }
}
