package org.djlflows.model;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;

import org.djlflows.data.Split;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.runtime.RowEncoding;
import org.djlflows.spec.Domain;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Presets;
import org.djlflows.spec.VectorFlow;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tables with columns that are not the line. */
class DomainsTest {

    private static final Map<String, Domain> DOMAINS =
            Map.of(
                    "direction", new Domain.Circle(0, 360),
                    "speed", new Domain.HalfLine(0.5),
                    "share", new Domain.Interval(-1, 3));

    private static final List<String> COLUMNS = List.of("speed", "direction", "share", "level");

    @TempDir private Path folder;
    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(4);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static double[][] rows() {
        Random random = new Random(3);
        double[][] rows = new double[400][];
        for (int i = 0; i < rows.length; i++) {
            double angle = 360 * random.nextDouble();
            rows[i] =
                    new double[] {
                        0.5 + Math.exp(random.nextGaussian() - 1),
                        angle,
                        -1 + 4 / (1 + Math.exp(-random.nextGaussian())),
                        100 + 7 * random.nextGaussian()
                    };
        }
        return rows;
    }

    private FlowModel model(double[][] rows, VectorFlow flow) {
        return model(rows, COLUMNS, DOMAINS, flow);
    }

    private FlowModel model(
            double[][] rows, List<String> columns, Map<String, Domain> domains, VectorFlow flow) {
        Split split = Split.random(rows.length, 1);
        SplitTable table = new SplitTable(Arrays.asList(rows), columns, List.of(), domains, split);
        FlowModel model = table.newModel(table.config(flow), manager);
        randomise(model.flow());
        return model;
    }

    /** Weights alone: the statistics of a circle are what makes it one. */
    private static void randomise(Block flow) {
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : flow.getParameters().values()) {
                if (parameter.requiresGradient()) {
                    NDArray array = parameter.getArray();
                    array.addi(
                            array.getManager()
                                    .randomNormal(0, 0.3f, array.getShape(), DataType.FLOAT32));
                }
            }
        }
    }

    private static VectorFlow flow() {
        return Presets.neuralSplineFlow().withTransforms(3).withHidden(8);
    }

    static Stream<VectorFlow> flows() {
        VectorFlow autoregressive = Presets.autoregressiveSplineFlow();
        return Stream.of(flow(), autoregressive.withTransforms(2).withHidden(12));
    }

    /** Over all values of one column beside those of the others: the integral is the same. */
    @ParameterizedTest
    @MethodSource("flows")
    void densitiesIntegrateToOne(VectorFlow flow) {
        double[][] rows =
                IntStream.range(0, 200)
                        .mapToObj(i -> new double[] {1.8 * i, rows()[i][0]})
                        .toArray(double[][]::new);
        Map<String, Domain> domains =
                Map.of("x", new Domain.Circle(0, 360), "y", new Domain.HalfLine(0.5));
        FlowModel model = model(rows, List.of("x", "y"), domains, flow);
        int n = 240;
        double[][] grid = new double[n * n][];
        double[] cells = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            // Midpoints, on the line of logarithms for the half line.
            int level = i / n;
            double t = -9 + 14.0 * (level + 0.5) / n;
            grid[i] = new double[] {360.0 * (i % n + 0.5) / n, 0.5 + Math.exp(t)};
            cells[i] = 360.0 / n * 14.0 / n * Math.exp(t);
        }
        double[] scores = model.score(grid);
        double sum =
                IntStream.range(0, n * n).mapToDouble(i -> cells[i] * Math.exp(scores[i])).sum();
        assertEquals(1, sum, 1e-2);
    }

    @ParameterizedTest
    @MethodSource("flows")
    void circlesComeRound(VectorFlow flow) {
        double[][] rows = rows();
        FlowModel model = model(rows, flow);
        double[] row = rows[7].clone();
        double[] turned = row.clone();
        turned[1] += 720;
        assertEquals(
                model.score(new double[][] {row})[0],
                model.score(new double[][] {turned})[0],
                1e-3);
        double[] before = row.clone();
        double[] behind = row.clone();
        before[1] = 359.99999;
        behind[1] = 0.00001;
        double[] scores = model.score(new double[][] {before, behind});
        // A step over a seam would be of the size of the log-density itself.
        assertEquals(scores[0], scores[1], 1e-3 * Math.abs(scores[0]));
    }

    @ParameterizedTest
    @MethodSource("flows")
    void samplesLieInTheirDomains(VectorFlow flow) {
        FlowModel model = model(rows(), flow);
        double[][] samples =
                new RowEncoding(model.config())
                        .rows(model.flow().sample(manager, 2000).toFloatArray());
        for (double[] sample : samples) {
            assertTrue(sample[1] >= 0 && sample[1] <= 360, "direction " + sample[1]);
            for (int j = 0; j < sample.length; j++) {
                Domain domain = DOMAINS.getOrDefault(COLUMNS.get(j), new Domain.Line());
                assertTrue(domain.contains(sample[j]), COLUMNS.get(j) + " " + sample[j]);
            }
        }
    }

    @Test
    void savedModelsScoreTheSame() throws IOException {
        double[][] rows = rows();
        FlowModel model = model(rows, flow());
        model.save(folder, report -> {});
        FlowConfig config = FlowModel.load(folder, manager).config();
        assertEquals(DOMAINS, config.preparation().domains());
        double[] expected = model.score(rows);
        double[] got = FlowModel.load(folder, manager).score(rows);
        for (int i = 0; i < rows.length; i++) {
            assertEquals(expected[i], got[i], 1e-5 * Math.max(1, Math.abs(expected[i])));
        }
    }

    @Test
    void rowsOutsideAreImpossible() {
        double[][] rows = rows();
        FlowModel model = model(rows, flow());
        double[] slow = rows[0].clone();
        slow[0] = 0.5;
        double[] full = rows[0].clone();
        full[2] = 3;
        double[] scores = model.score(new double[][] {slow, full, rows[0]});
        assertEquals(Double.NEGATIVE_INFINITY, scores[0]);
        assertEquals(Double.NEGATIVE_INFINITY, scores[1]);
        assertTrue(Double.isFinite(scores[2]));
    }

    @Test
    void valuesOutsideAreRefused() {
        double[][] rows = rows();
        rows[12][0] = 0.5;
        rows[13][0] = -4;
        assertRefused(
                IllegalArgumentException.class,
                "SplitTable: expected values of speed in HalfLine[least=0.5], got 2 others among"
                        + " 400, the first one 0.5 in row 12",
                () -> model(rows, flow()));
    }

    /** Float32 has some 60 steps between two minutes of our time, counted from 1970. */
    @Test
    void boundsThatAreTooFarAwayAreRefused() {
        double[][] rows = rows();
        for (double[] row : rows) {
            row[0] = 1.7e9 + 10 * row[0];
        }
        assertRefused(
                IllegalArgumentException.class,
                "SplitTable: expected bounds that are not so far away that float32 cannot tell"
                        + " values apart, got HalfLine[least=0.5] of ",
                () -> model(rows, flow()));
    }

    /** Where float32 rounds a distance to that of a bound. */
    @Test
    void valuesNextToTheirBoundsHaveADensity() {
        FlowModel model = model(rows(), flow());
        double[] low = rows()[0].clone();
        low[0] = Math.nextUp(0.5);
        low[2] = Math.nextUp(-1.0);
        double[] high = rows()[0].clone();
        high[2] = Math.nextDown(3.0);
        for (double score : model.score(new double[][] {low, high})) {
            assertTrue(Double.isFinite(score), "log-density " + score);
        }
    }

    @Test
    void layersThatLeaveTheCircleAreRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "FlowConfig: expected couplings or autoregressive layers",
                () -> model(rows(), Presets.blockNeuralAutoregressiveFlow()));
        assertRefused(
                IllegalArgumentException.class,
                "or over circles alone reversal or permutation",
                () -> model(rows(), flow().withMixing(Mixing.PERMUTATION)));
        assertRefused(
                IllegalArgumentException.class,
                "Flows: expected a flow that turns circles, got VectorFlow",
                () -> Flows.of(Presets.planarFlow(), new boolean[] {true, false}, 0));
    }

    @Test
    void domainsAreReadFromText() {
        assertEquals(new Domain.Circle(0, 24), Domain.parse("circle:0:24"));
        assertEquals(new Domain.HalfLine(0), Domain.parse("half-line"));
        assertEquals(new Domain.Interval(-2.5, 1e3), Domain.parse("interval:-2.5:1000"));
        assertEquals(new Domain.Interval(5, 10), Domain.parse("interval:5:10"));
        assertEquals(new Domain.Circle(400, 760), Domain.parse("circle:400:760"));
        assertRefused(
                IllegalArgumentException.class,
                "expected no more numbers of half-line than 1, got half-line:0:1",
                () -> Domain.parse("half-line:0:1"));
        assertRefused(
                IllegalArgumentException.class,
                "expected domain of [circle, half-line, interval, line], got ring",
                () -> Domain.parse("ring"));
        assertRefused(
                IllegalArgumentException.class,
                "Interval: expected least below most, got 3.0 and 1.0",
                () -> Domain.parse("interval:3"));
    }
}
