package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Random;

class MisfitTest {

    private static final double NAN = Double.NaN;

    @Test
    void comparesDistributionFunctions() {
        // F reaches 1/2, 3/4 and 1 at 1, 2 and 4; G reaches 1/3, 2/3 and 1 at 2, 3 and 4.
        assertEquals(0.5, of(new double[] {1, 1, 2, 4}, 4, 3, 2).distance(), 1e-12);
        assertEquals(1, of(new double[] {1, 2}, 5).distance(), 1e-12);
        // Half are missing in one and a quarter in the other, and the numbers make up for it.
        assertEquals(0.25, of(new double[] {NAN, NAN, 1, 1}, NAN, 1, 1, 1).distance(), 1e-12);
        assertEquals(1, of(new double[] {NAN, NAN}, 0).distance(), 1e-12);
        // 0.0 and -0.0 are one number.
        assertEquals(0, of(new double[] {0.0}, -0.0).distance());
    }

    @Test
    void comparesLevelsWithoutTheirOrder() {
        TableColumn.Texts data = texts("a", "a", "b", null);
        assertEquals(0.5, Misfit.of(data, texts("a", "b", "c", "c"), true).distance(), 1e-12);
        assertEquals(0, Misfit.of(data, texts(null, "b", "a", "a"), true).distance(), 1e-12);
        assertEquals("TV 0.50 (chance ", text(Misfit.of(data, texts("a", "c"), true)));
    }

    private static String text(Misfit misfit) {
        return misfit.toString().substring(0, 16);
    }

    /** The mean of Kolmogorov's distribution is 0.8687, its scale the root of 1/n + 1/m. */
    @Test
    void chanceIsTheDistanceOfEqualDistributions() {
        Random random = new Random(1);
        double[] data = random.doubles(1000).toArray();
        Misfit misfit = of(data, random.doubles(500).toArray());
        assertEquals(0.8687 * Math.sqrt(1 / 1000.0 + 1 / 500.0), misfit.chance(), 0.008);
        assertTrue(Math.abs(misfit.excess()) < 0.03, misfit.toString());
        assertEquals(misfit, of(data, new Random(1).doubles(1500).skip(1000).toArray()));
    }

    /** Many levels differ by chance alone, which must not put them before a column that is off. */
    @Test
    void manyLevelsAreNoMisfit() {
        Misfit many = Misfit.of(levels(300, 1), levels(300, 2), true);
        double[] shifted = new double[400];
        Arrays.setAll(shifted, i -> i + 100);
        double[] data = new double[400];
        Arrays.setAll(data, i -> i);
        Misfit off = of(data, shifted);
        assertTrue(many.distance() > off.distance(), many + " " + off);
        assertTrue(many.excess() < 0.05 && off.excess() > 0.15, many + " " + off);
    }

    private static TableColumn.Texts levels(int count, long seed) {
        Random random = new Random(seed);
        String[] cells = new String[400];
        Arrays.setAll(cells, i -> "level " + random.nextInt(count));
        return texts(cells);
    }

    private static Misfit of(double[] data, double... samples) {
        return Misfit.of(
                new TableColumn.Numbers("x", data), new TableColumn.Numbers("x", samples), false);
    }

    private static TableColumn.Texts texts(String... cells) {
        return new TableColumn.Texts("x", cells);
    }
}
