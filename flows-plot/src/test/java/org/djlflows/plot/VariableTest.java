package org.djlflows.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.spec.Column;
import org.djlflows.table.TableColumn;
import org.jfree.data.Range;
import org.junit.jupiter.api.Test;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

class VariableTest {

    private static final int ROWS = 2000;

    @Test
    void heavyTailsOfPositiveNumbersGetALogarithm() {
        assertEquals(List.of("0.1", "1", "10"), labels(variable(z -> Math.exp(1.2 * z)), 160));
        // The tail of an exponential distribution is light, and a logarithm would hide its mode.
        Random random = new Random(1);
        Variable exponential = variable(z -> -Math.log(1 - random.nextDouble()));
        assertEquals(List.of("0", "1", "2", "3", "4", "5"), labels(exponential, 160));
        assertEquals(List.of("-2", "0", "2"), labels(variable(z -> z), 100));
        Variable both = variable(z -> z > 0 ? Math.exp(3 * z) : -Math.exp(-3 * z));
        assertTrue(labels(both, 300).contains("0"), labels(both, 300).toString());
    }

    /** On a logarithmic axis 0 has a place of its own, and negative samples share it. */
    @Test
    void zerosLieBesideALogarithm() {
        double[] data = numbers(z -> z < -1 ? 0 : Math.exp(2 * z));
        Variable zeros = new Variable(column(data), column(data).get(), Optional.empty());
        assertEquals("0", labels(zeros, 160).get(0));
        double share = Arrays.stream(data).filter(x -> x == 0).count() / (double) ROWS;
        assertEquals(share, zeros.bars(zeros.measured(), -1, 0, 1).get(0).height(), 1e-12);
        assertEquals(1 - share, zeros.rest(zeros.measured()), 1e-12);
        assertTrue(zeros.note().startsWith("0: 1"), zeros.note());

        double[] samples = data.clone();
        samples[0] = -3;
        Variable negative = new Variable(column(data), column(samples).get(), Optional.empty());
        assertEquals("\u2264 0", labels(negative, 160).get(0));
        double place = negative.places().points().firstKey();
        assertFalse(negative.places().isValue(place));
        assertEquals(place, negative.sampled()[0]);
    }

    @Test
    void fewNumbersAreBars() {
        Variable dice = variable(z -> Math.rint(Math.min(3, Math.max(-3, z))));
        assertFalse(dice.hasDensity());
        assertEquals(7, dice.places().points().size());
        double sum =
                dice.bars(dice.sampled(), -1, 1, 1).stream().mapToDouble(Bars.Bar::height).sum();
        assertEquals(1, sum, 1e-12);
        // A value that only samples have is a bar too.
        double[] samples = {0, 0, 9};
        Variable more =
                new Variable(
                        column(0, 0, 0, 0, 1, 1, 1, 1), column(samples).get(), Optional.empty());
        assertEquals(List.of(0.0, 1.0, 9.0), List.copyOf(more.places().points().keySet()));
        // Few rows are not few numbers.
        Variable five =
                new Variable(column(1, 2, 3, 4, 5), column(samples).get(), Optional.empty());
        assertTrue(five.hasDensity());
    }

    @Test
    void numbersThatComeOftenAreBarsBesideADensity() {
        Random random = new Random(2);
        Variable capped = variable(z -> random.nextInt(5) == 0 ? 99 : 50 + 10 * z);
        assertEquals(List.of(99.0), List.copyOf(capped.places().points().keySet()));
        double[][] steps = capped.steps(capped.measured());
        assertEquals(0.8, area(steps), 0.03);
        assertTrue(capped.note().startsWith("99: "), capped.note());
        // Whole numbers that come as often as others are none.
        assertTrue(variable(z -> Math.rint(12 * z)).places().points().isEmpty());
    }

    /** With 65 numbers in 40 bins of equal width, every other bin would hold twice as many. */
    @Test
    void binsHoldTheSameNumberOfWholeNumbers() {
        double[] cells = new double[6500];
        Arrays.setAll(cells, i -> i % 65);
        Variable uniform = new Variable(column(cells), column(cells).get(), Optional.empty());
        double[] heights = uniform.steps(uniform.measured())[1];
        double[] inner = Arrays.copyOfRange(heights, 8, heights.length - 8);
        for (double height : inner) {
            assertEquals(1 / 65.0, height, 1e-9);
        }
    }

    private static double area(double[][] steps) {
        return IntStream.range(1, steps[0].length)
                .mapToDouble(i -> (steps[0][i] - steps[0][i - 1]) * steps[1][i])
                .sum();
    }

    @Test
    void missingCellsHaveAPlaceBeforeTheNumbers() {
        double[] cells = numbers(z -> z > 1 ? Double.NaN : z);
        Variable holes = new Variable(column(cells), column(cells).get(), Optional.empty());
        double missing = holes.places().missing();
        assertTrue(missing < holes.places().edges()[0]);
        assertTrue(holes.places().range().contains(missing));
        assertEquals("missing", holes.places().name(missing));
        double share = holes.bars(holes.measured(), -1, 1, 1).get(0).height();
        assertEquals(0.16, share, 0.02);
        assertEquals("missing: 15 / 15 %", holes.note());
        // From top to bottom there is room for the word, below a panel there is none.
        assertEquals("missing", holes.places().ticks(100, false).get(0).label());
        assertFalse(labels(holes, 100).contains("missing"));
    }

    @Test
    void levelsLieByTheirFrequency() {
        String[] data = new String[100];
        Arrays.setAll(data, i -> i < 50 ? "b" : i < 80 ? "a" : i < 90 ? null : "l" + i);
        TableColumn.Texts cells = new TableColumn.Texts("c", data);
        Variable levels =
                new Variable(
                        Optional.of(cells),
                        new TableColumn.Texts("c", new String[] {"new", null, " "}),
                        Optional.empty());
        assertEquals(
                List.of("b", "a", "l90", "l91", "l92", "l93", "l94", "l95", "6 others", "missing"),
                labels(levels, 200));
        assertEquals(8, levels.sampled()[0]);
        assertEquals(9, levels.sampled()[1]);
        assertEquals("6 others: 4.0 / 67 %, missing: 10 / 33 %", levels.note());
        assertFalse(levels.places().isValue(8) || levels.places().isValue(9));
    }

    @Test
    void levelsThatAreNumbersKeepTheirOrder() {
        Optional<Column> category =
                Optional.of(new Column.Category(List.of("3", "20", "1"), 0.1, false));
        Variable codes = new Variable(column(3, 3, 3, 20, 20, 1), column(1).get(), category);
        assertTrue(codes.isLevels());
        assertEquals(List.of("1", "3", "20"), labels(codes, 200));
    }

    @Test
    void timesHaveDates() {
        double start = LocalDateTime.of(2019, 3, 1, 0, 0).toEpochSecond(ZoneOffset.UTC);
        double[] seconds = new double[500];
        Arrays.setAll(seconds, i -> start + 86400.0 * 31 * i / 499);
        TableColumn days = new TableColumn.Times("t", seconds);
        Variable dates = new Variable(Optional.of(days), days, Optional.empty());
        assertEquals(List.of("28-Feb", "7-Mar", "14-Mar", "21-Mar", "28-Mar"), labels(dates, 300));
        // Numbers of milliseconds are times if their column says so.
        double[] millis = Arrays.stream(seconds).map(s -> 1000 * s).toArray();
        Variable epoch =
                new Variable(
                        column(millis),
                        column(millis).get(),
                        Optional.of(
                                new Column.Time("epoch-milliseconds", start, 2 * start, false)));
        assertEquals(labels(dates, 300), labels(epoch, 300));
    }

    /** Counts that fall off have a histogram, in which 0 is no exception, unless it is one. */
    @Test
    void onlyNumbersThatStandOutAreBarsBesideAHistogram() {
        Random random = new Random(3);
        DoubleUnaryOperator falling = z -> Math.floor(-6 * Math.log(1 - random.nextDouble()));
        Variable counts = variable(falling);
        assertTrue(counts.hasDensity());
        assertEquals(List.of(), List.copyOf(counts.places().points().keySet()));
        Variable zeros = variable(z -> z < 0 ? 0 : falling.applyAsDouble(z));
        assertEquals(List.of(0.0), List.copyOf(zeros.places().points().keySet()));
    }

    @Test
    void levelsThatBeginAlikeAreNamedByTheRest() {
        assertEquals(
                List.of("\u2026one", "\u2026two"),
                labels("a long way to one", "a long way to two"));
        assertEquals(List.of("not one", "not two"), labels("not one", "not two"));
        assertEquals(List.of("abcdefghij", "abcdefghik"), labels("abcdefghij", "abcdefghik"));
        assertEquals(List.of("a long way to one"), labels("a long way to one"));
    }

    private static List<String> labels(String... levels) {
        TableColumn cells = new TableColumn.Texts("a", levels);
        return labels(new Variable(Optional.of(cells), cells, Optional.empty()), 100);
    }

    @Test
    void ticksKeepApart() {
        for (double[] ends : new double[][] {{0, 1}, {-3e11, 3e11}, {1e9, 1e9 + 60}, {5, 86400}}) {
            Range range = new Range(ends[0], ends[1]);
            List<Tick> ticks = Scale.TIME.ticks(range, 200, true);
            assertTrue(!ticks.isEmpty() && ticks.size() < 9, ticks.toString());
        }
        assertEquals(
                List.of("1E-9", "1E-6", "0.001", "1", "1000", "1E6", "1E9"),
                Scale.LOG.ticks(new Range(-9.1, 9.1), 300, true).stream()
                        .map(Tick::label)
                        .toList());
    }

    @Test
    void saysHowManySamplesAreBeyond() {
        double[] far = numbers(z -> z + 100);
        Variable away = new Variable(column(numbers(z -> z)), column(far).get(), Optional.empty());
        assertEquals("beyond: 100 %", away.note());
    }

    @Test
    void findsTheBinOfANumber() {
        double[] edges = {0, 1, 3};
        double[] x = {-1, 0, 0.5, 1, 2.9, 3, 3.1, Double.NaN};
        assertArrayEquals(
                new int[] {-1, 0, 0, 1, 1, 1, -1, -1},
                Arrays.stream(x).mapToInt(v -> Variable.bin(edges, v)).toArray());
    }

    private static List<String> labels(Variable variable, int pixels) {
        return variable.places().ticks(pixels, true).stream().map(Tick::label).toList();
    }

    private static Variable variable(DoubleUnaryOperator of) {
        TableColumn cells = column(numbers(of)).get();
        return new Variable(Optional.of(cells), cells, Optional.empty());
    }

    private static Optional<TableColumn> column(double... cells) {
        return Optional.of(new TableColumn.Numbers("x", cells));
    }

    private static double[] numbers(DoubleUnaryOperator of) {
        Random random = new Random(3);
        return IntStream.range(0, ROWS)
                .mapToDouble(i -> of.applyAsDouble(random.nextGaussian()))
                .toArray();
    }
}
