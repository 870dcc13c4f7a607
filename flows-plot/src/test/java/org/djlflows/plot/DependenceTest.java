package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

class DependenceTest {

    private static final int ROWS = 3000;

    private final Random random = new Random(1);
    private final double[] normal = random.doubles(ROWS).map(u -> random.nextGaussian()).toArray();

    /** Of two normal distributions it is nearly their correlation; eight classes lose a little. */
    @Test
    void measuresCorrelations() {
        for (double r : new double[] {0, 0.5, -0.9}) {
            double[] other = new double[ROWS];
            Arrays.setAll(
                    other,
                    i -> Math.exp(r * normal[i] + Math.sqrt(1 - r * r) * random.nextGaussian()));
            double found = of(numbers(normal), numbers(other));
            assertEquals(Math.abs(r), found, 0.05, "r = " + r);
        }
    }

    @Test
    void takesColumnsOfAnyKind() {
        String[] signs = new String[ROWS];
        Arrays.setAll(signs, i -> normal[i] > 0 ? "up" : "down");
        // All of the information of a level of two: log 2.
        assertEquals(
                Math.sqrt(1 - Math.exp(-2 * Math.log(2))), of(numbers(normal), texts(signs)), 0.02);
        // A square has no correlation, and yet depends.
        double[] squares = Arrays.stream(normal).map(x -> x * x).toArray();
        assertTrue(of(numbers(normal), numbers(squares)) > 0.8);
        assertEquals(0, of(numbers(normal), numbers(new double[ROWS])));
        // Only rows count in which both are there.
        double[] holes = normal.clone();
        Arrays.fill(holes, 0, ROWS / 2, Double.NaN);
        assertEquals(
                of(numbers(normal), numbers(normal)), of(numbers(normal), numbers(holes)), 0.01);
        double[] none = new double[ROWS];
        Arrays.fill(none, Double.NaN);
        assertEquals(0, of(numbers(none), numbers(normal)));
    }

    @Test
    void findsTheStrongestPairs() {
        List<TableColumn> columns = new ArrayList<>();
        for (int j = 0; j < 12; j++) {
            columns.add(numbers(random.doubles(ROWS).toArray()));
        }
        columns.set(3, numbers(normal));
        columns.set(10, numbers(Arrays.stream(normal).map(x -> -x).toArray()));
        Dependence dependence = new Dependence(variables(columns));
        assertEquals(List.of(3, 10), dependence.strongest(2));
        assertEquals(5, dependence.strongest(5).size());
        assertTrue(dependence.strongest(5).containsAll(List.of(3, 10)));
        assertEquals(12, dependence.strongest(12).size());
    }

    private static double of(TableColumn a, TableColumn b) {
        return new Dependence(variables(List.of(a, b))).of(0, 1);
    }

    private static List<Variable> variables(List<TableColumn> columns) {
        return columns.stream()
                .map(c -> new Variable(Optional.of(c), c, Optional.empty()))
                .toList();
    }

    private static TableColumn numbers(double... cells) {
        return new TableColumn.Numbers("x", cells);
    }

    private static TableColumn texts(String... cells) {
        return new TableColumn.Texts("x", cells);
    }
}
