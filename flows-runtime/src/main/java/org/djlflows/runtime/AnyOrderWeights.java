package org.djlflows.runtime;

import org.djlflows.spec.Column;
import org.djlflows.spec.TableFlow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Makes the parts of {@link AnyOrder} of the arrays of a flow. */
final class AnyOrderWeights {

    private final TableFlow settings;
    private final List<Column> columns;
    private final StoredWeights weights;

    /** The places of the numbers among the columns, those of real ones first. */
    private final List<Integer> numbers = new ArrayList<>();

    private final Univariate map;
    private final float[] least;
    private final float[] most;
    private final float[] numberWeight;
    private final float[] numberBias;
    private final float[] classWeight;
    private final float[] classBias;

    /** What the network sees of each column. */
    final ColumnInput[] inputs;

    AnyOrderWeights(TableFlow settings, List<Column> columns, StoredWeights weights) {
        this.settings = settings;
        this.columns = columns;
        this.weights = weights;
        for (boolean whole : new boolean[] {false, true}) {
            for (int j = 0; j < columns.size(); j++) {
                Column column = columns.get(j);
                if (column instanceof Column.Number && column instanceof Column.Whole == whole) {
                    numbers.add(j);
                }
            }
        }
        int n = numbers.size();
        int width = settings.width();
        map =
                new BetweenAffines(
                        Evaluators.map(settings.map(), weights.of("map").of("first").of("second")));
        least = weights.take("least", n);
        most = weights.take("most", n);
        numberWeight = weights.take("number_weight", (long) n * map.parameters(), width);
        numberBias = weights.take("number_bias", (long) n * map.parameters());
        boolean choices = columns.stream().anyMatch(c -> c.classes() > 1 || c.missing());
        int classes = firstClass(columns.size());
        classWeight =
                choices ? weights.take("class_weight", classes, width) : new float[classes * width];
        classBias = choices ? weights.take("class_bias", classes) : new float[classes];
        inputs = inputs();
    }

    private ColumnInput[] inputs() {
        int n = numbers.size();
        int width = settings.width();
        int octaves = settings.octaves();
        int features = 1 + 2 * octaves;
        int cycles = ColumnInput.cycles();
        List<Integer> times =
                numbers.stream().filter(j -> columns.get(j) instanceof Column.Time).toList();
        int most = numbers.stream().mapToInt(j -> columns.get(j).classes()).max().orElse(1);
        // The columns have them too.
        weights.take("atoms", n, most);
        float[] start = weights.take("start", n);
        float[] center = weights.take("center", n);
        float[] deviation = weights.takePositive("deviation", n);
        float[] embedding = weights.take("class_embedding", firstClass(columns.size()), width);
        float[] ofValues = weights.take("value_weight", (long) n * features, width);
        float[] ofCycles =
                times.isEmpty()
                        ? new float[0]
                        : weights.take("cycle_weight", (long) times.size() * cycles, width);
        ColumnInput[] all = new ColumnInput[columns.size()];
        for (int j = 0; j < all.length; j++) {
            int k = numbers.indexOf(j);
            NumberScale scale = new NumberScale(0, 0, 1);
            float[] values = new float[0];
            if (k >= 0) {
                scale = new NumberScale(start[k], center[k], deviation[k]);
                values = part(ofValues, k * features * width, features * width);
                int time = times.indexOf(j);
                if (time >= 0) {
                    float[] more = part(ofCycles, time * cycles * width, cycles * width);
                    values = Arrays.copyOf(values, values.length + more.length);
                    System.arraycopy(more, 0, values, features * width, more.length);
                }
            }
            all[j] =
                    new ColumnInput(
                            columns.get(j),
                            j,
                            k,
                            scale,
                            part(
                                    embedding,
                                    firstClass(j) * width,
                                    (columns.get(j).classes() + 1) * width),
                            new SparseLinear(values, new float[width]),
                            octaves);
        }
        return all;
    }

    private static float[] part(float[] values, int begin, int size) {
        return Arrays.copyOfRange(values, begin, begin + size);
    }

    private int firstClass(int j) {
        return columns.subList(0, j).stream().mapToInt(column -> column.classes() + 1).sum();
    }

    /** Makes the network. */
    AnyOrderNetwork network() {
        int n = numbers.size();
        int width = settings.width();
        int inner = settings.inner();
        SparseLinear placed =
                new SparseLinear(
                        weights.take("placed_weight", 2L * n, width),
                        weights.take("first_bias", width));
        SparseLinear[] blocks = new SparseLinear[2 * settings.blocks()];
        for (int i = 0; i < settings.blocks(); i++) {
            String block = "block" + i;
            blocks[2 * i] =
                    new SparseLinear(
                            weights.take(block + "_first_weight", width, inner),
                            weights.take(block + "_first_bias", inner));
            blocks[2 * i + 1] =
                    new SparseLinear(
                            weights.take(block + "_second_weight", inner, width), new float[width]);
        }
        JointNormal normal = new JointNormal(weights.take("factor", n, n), n);
        return new AnyOrderNetwork(width, inputs, normal, placed, blocks);
    }

    /** Returns the columns of each order. */
    int[][] orders() {
        return weights.takeOrders("orders", settings.orders(), columns.size());
    }

    /** Makes the distribution of a column. */
    ColumnOutput output(int j) {
        Column column = columns.get(j);
        ColumnInput input = inputs[j];
        if (column instanceof Column.Category category) {
            return new CategoryOutput(input, category, classes(j, category.levels().size()));
        }
        int k = input.number;
        return new NumberOutput(
                input,
                classes(j, column.classes()),
                parameters(k),
                map,
                column instanceof Column.Whole,
                least[k],
                most[k]);
    }

    /** Of those of which the softmax is and, behind them, the one of missing cells. */
    private ClassOutput classes(int j, int count) {
        int first = firstClass(j);
        int[] rows =
                IntStream.concat(
                                IntStream.range(first, first + count),
                                IntStream.of(first + columns.get(j).classes()))
                        .toArray();
        return new ClassOutput(rows(classWeight, classBias, rows), columns.get(j).missing());
    }

    /**
     * They lie parameter by parameter, of each all numbers, those of the first affine map first.
     */
    private SparseLinear parameters(int k) {
        int count = map.parameters();
        int[] rows =
                IntStream.range(0, count)
                        .map(i -> i < count - 4 ? i + 2 : i < count - 2 ? i - (count - 4) : i)
                        .map(i -> i * numbers.size() + k)
                        .toArray();
        return rows(numberWeight, numberBias, rows);
    }

    private SparseLinear rows(float[] weight, float[] bias, int... rows) {
        int width = settings.width();
        int count = rows.length;
        float[] some = new float[width * count];
        float[] ofBias = new float[count];
        for (int o = 0; o < count; o++) {
            ofBias[o] = bias[rows[o]];
            for (int i = 0; i < width; i++) {
                some[i * count + o] = weight[rows[o] * width + i];
            }
        }
        return new SparseLinear(some, ofBias);
    }
}
