package org.djlflows.runtime;

import org.djlflows.anomaly.AnomalyScore;
import org.djlflows.anomaly.RowScore;
import org.djlflows.format.FlowConfig;
import org.djlflows.format.Preparation;
import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.BadCell;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Says why rows of a table are odd: the share of each cell in the score, and what was expected
 * there.
 *
 * <p>Share and expectation of a cell come from its distribution given all other cells of the row,
 * \(p(x_j \mid x_{-j})\). A flow of columns of any kind has it; that of another flow is its density
 * along the column, \(p(x_j, x_{-j})\) on a grid ({@link Profile}). With \(\hat p\) of the narrow
 * kernels of {@link AnomalyScore} and \(p_j\) the probability of a cell as far out as what came,
 * the score s is divided in proportion to
 *
 * <p>\(-\log \hat p(x_j \mid x_{-j}) - \pi \log p_j\), \(\pi\) being the share of the density in
 * the score.
 *
 * <p>Kernels come first since a network that was trained on usual rows extrapolates where one cell
 * is wrong: all others then look wrong too. A row costs some passes of the flow for each column.
 */
public final class Explainer {

    private static final double LOW = 0.05;
    private static final double HIGH = 0.95;

    /** Of profiles, each of which is many rows. */
    private static final int CHUNK = 128;

    /** The logarithm of a probability; smaller ones count no more. */
    private static final double LEAST = -1e6;

    private final FlowConfig config;
    private final RowDensity density;
    private final AnomalyScore score;

    /**
     * Creates the explainer of a model.
     *
     * @param config a configuration over columns
     * @param density the density of the model, which stays open as long as this is used
     * @param score the score by which its rows compare
     * @throws IllegalArgumentException if there is none
     */
    public Explainer(FlowConfig config, RowDensity density, Optional<AnomalyScore> score) {
        this.config = config;
        this.density = density;
        this.score =
                score.orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "Explainer: expected a model that compares rows, got one of"
                                                + " images, of an earlier version or that was"
                                                + " imported: train it again, or call"
                                                + " FlowModel.comparingRows"));
    }

    /**
     * Explains rows of a model of columns of any kind.
     *
     * @param rows the rows
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return an explanation for each row
     * @throws IllegalArgumentException if the model is of another flow, or the table has none of
     *     its columns
     */
    public List<Explanation> explain(Table rows, Consumer<BadCell> bad) {
        return explain(rows, new CellTexts(config.preparation().kinds()), bad);
    }

    /**
     * Explains rows of a model of columns of any kind, whose cells all fit their columns.
     *
     * @param rows the rows
     * @return an explanation for each row
     * @throws IllegalArgumentException as the other method does, or if a cell does not fit its
     *     column
     */
    public List<Explanation> explain(Table rows) {
        return explain(rows, Explainer::refuse);
    }

    private static void refuse(BadCell cell) {
        throw new IllegalArgumentException(
                String.format(
                        "Explainer: row %d, column %s: %s",
                        cell.row(), cell.column(), cell.what()));
    }

    /**
     * Explains rows of a model of columns of any kind, with cells as their file writes them.
     *
     * @param rows the rows
     * @param texts how cells are written
     * @param bad receives the cells that cannot be in their column, which count as not known
     * @return an explanation for each row
     * @throws IllegalArgumentException as the other method does
     */
    public List<Explanation> explain(Table rows, CellTexts texts, Consumer<BadCell> bad) {
        if (!(config.flow() instanceof TableFlow)) {
            throw new IllegalArgumentException(
                    "Explainer: expected a model of columns of any kind, got one of numbers: give"
                            + " it rows of numbers");
        }
        if (rows.rows() == 0) {
            return List.of();
        }
        TableCells cells = new TableCells(config);
        float[] x = cells.features(rows, bad);
        float[] given = cells.context(rows, bad);
        List<String> columns = config.columns();
        Map<String, Column> kinds = config.preparation().kinds();
        List<List<Expectation>> expected = new ArrayList<>();
        for (String column : columns) {
            Conditional conditional = new Conditional(config, density, column, x, given);
            expected.add(expectations(conditional, kinds.get(column), texts));
        }
        Table known = rows.select(columns.stream().filter(rows.names()::contains).toList());
        List<List<String>> came = texts.rows(known);
        return explanations(
                RowEncoding.joined(x, columns.size(), given, config.context(), rows.rows()),
                density.logDensities(x, given, rows.rows()),
                columns,
                (i, j) -> {
                    int place = known.names().indexOf(columns.get(j));
                    return place < 0 ? "" : came.get(i).get(place);
                },
                expected);
    }

    private static List<Expectation> expectations(
            Conditional conditional, Column kind, CellTexts texts) {
        double[] tails = conditional.logTails();
        if (kind instanceof Column.Category) {
            List<String> levels = conditional.levels();
            double[][] probabilities = conditional.probabilities();
            return IntStream.range(0, tails.length)
                    .mapToObj(
                            i -> new Expectation(best(levels, probabilities[i]), "", "", tails[i]))
                    .toList();
        }
        List<List<String>> quantiles = new ArrayList<>();
        for (TableColumn quantile : conditional.quantiles(0.5, LOW, HIGH)) {
            quantiles.add(
                    texts.rows(Table.of(List.of(quantile))).stream().map(r -> r.get(0)).toList());
        }
        return IntStream.range(0, tails.length)
                .mapToObj(
                        i ->
                                new Expectation(
                                        quantiles.get(0).get(i),
                                        quantiles.get(1).get(i),
                                        quantiles.get(2).get(i),
                                        tails[i]))
                .toList();
    }

    private static String best(List<String> levels, double... probabilities) {
        return IntStream.range(0, levels.size())
                .boxed()
                .max(Comparator.comparingDouble(k -> probabilities[k]))
                .map(levels::get)
                .orElse("");
    }

    /**
     * Explains rows of a model of numbers.
     *
     * @param rows the rows, the columns that are modelled, then those that are given
     * @return an explanation for each row
     * @throws IllegalArgumentException if the model is of columns of any kind, a row is of another
     *     width, or a value is not finite in float32
     */
    public List<Explanation> explain(double[][] rows) {
        if (config.flow() instanceof TableFlow) {
            throw new IllegalArgumentException(
                    "Explainer: expected a model of numbers, got one of columns of any kind: give"
                            + " it a Table");
        }
        List<Explanation> explanations = new ArrayList<>();
        for (int i = 0; i < rows.length; i += CHUNK) {
            int end = Math.min(i + CHUNK, rows.length);
            explanations.addAll(explainChunk(Arrays.copyOfRange(rows, i, end)));
        }
        return explanations;
    }

    private List<Explanation> explainChunk(double[][] rows) {
        RowEncoding encoding = new RowEncoding(config);
        double[] logDensities = encoding.logDensities(density, rows);
        List<double[]> list = Arrays.asList(rows);
        List<String> columns = encoding.varyingFeatures();
        Profile profile = new Profile(config, density, score.ofTraining(columns.size()), list);
        List<List<Expectation>> expected =
                IntStream.range(0, columns.size()).mapToObj(profile::of).toList();
        List<Explanation> found =
                explanations(
                        encoding.cells(list),
                        logDensities,
                        columns,
                        (i, j) -> Profile.text(rows[i][config.columns().indexOf(columns.get(j))]),
                        expected);
        return IntStream.range(0, rows.length)
                .mapToObj(i -> withConstants(found.get(i), encoding, rows[i]))
                .toList();
    }

    /** The text of the cell of a row in a column. */
    @FunctionalInterface
    private interface Cells {

        String text(int row, int column);
    }

    private List<Explanation> explanations(
            float[] rows,
            double[] logDensities,
            List<String> columns,
            Cells cells,
            List<List<Expectation>> expected) {
        double[] scores = score.scores(logDensities, rows);
        int width = rows.length / Math.max(1, scores.length);
        List<Explanation> explanations = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            int row = i;
            List<Expectation> usual = expected.stream().map(column -> column.get(row)).toList();
            float[] own = Arrays.copyOfRange(rows, i * width, (i + 1) * width);
            double[] shares =
                    shares(
                            Arrays.copyOf(score.shares(own), columns.size()),
                            usual.stream().mapToDouble(Expectation::logTail).toArray(),
                            score.densityShare(logDensities[i], scores[i]),
                            scores[i] == Double.POSITIVE_INFINITY);
            List<Explanation.Cell> found =
                    IntStream.range(0, shares.length)
                            .boxed()
                            .sorted(Comparator.comparingDouble(j -> -shares[j]))
                            .map(
                                    j ->
                                            new Explanation.Cell(
                                                    columns.get(j),
                                                    cells.text(row, j),
                                                    // Of an infinite score nothing has no share.
                                                    shares[j] == 0 ? 0 : shares[j] * scores[row],
                                                    usual.get(j).middle(),
                                                    usual.get(j).low(),
                                                    usual.get(j).high(),
                                                    Math.exp(usual.get(j).logTail())))
                            .toList();
            explanations.add(
                    new Explanation(
                            RowScore.of(logDensities[i], scores[i], score.conformal()), found));
        }
        return explanations;
    }

    /** How a score is divided; an infinite one among cells that cannot be, if there are some. */
    private static double[] shares(
            double[] apart, double[] logTails, double ofDensity, boolean infinite) {
        boolean impossible = infinite && Arrays.stream(logTails).anyMatch(log -> log <= LEAST);
        double[] shares = new double[apart.length];
        for (int j = 0; j < shares.length; j++) {
            shares[j] = apart[j] - ofDensity * Math.max(LEAST, logTails[j]);
            if (impossible && logTails[j] > LEAST) {
                shares[j] = 0;
            }
        }
        double whole = Arrays.stream(shares).sum();
        return Arrays.stream(shares)
                .map(share -> whole > 0 ? share / whole : 1.0 / shares.length)
                .toArray();
    }

    /** Leaves all to the columns that never varied, if it is by them that a row is impossible. */
    private Explanation withConstants(Explanation explanation, RowEncoding encoding, double[] row) {
        Preparation preparation = config.preparation();
        double[] off = encoding.offConstants(row);
        List<Explanation.Cell> cells = new ArrayList<>();
        for (int k = 0; k < off.length; k++) {
            if (off[k] != 0) {
                String name = encoding.constantFeatures().get(k);
                String usual = Profile.text(preparation.constants().get(name));
                cells.add(
                        new Explanation.Cell(
                                name,
                                Profile.text(row[config.columns().indexOf(name)]),
                                Double.POSITIVE_INFINITY,
                                usual,
                                usual,
                                usual,
                                0));
            }
        }
        if (cells.isEmpty()) {
            return explanation;
        }
        explanation.cells().forEach(cell -> cells.add(cell.withShare(0)));
        return new Explanation(explanation.score(), cells);
    }
}
