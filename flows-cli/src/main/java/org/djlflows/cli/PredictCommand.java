package org.djlflows.cli;

import ai.djl.ndarray.NDManager;

import de.siegmar.fastcsv.writer.CsvWriter;

import org.djlflows.io.TableFile;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.table.CellTexts;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** {@code flows predict}: what a column is, given the others. */
@Command(
        name = "predict",
        description = {
            "Predicts a column given the other cells of each row, from draws, and writes CSV:",
            "of numbers the median, the ends of an interval, and where the table has the column the"
                    + " probability integral transform of what came, which without ties is uniform"
                    + " if the model is right;",
            "of levels the likeliest and the probability of each."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class PredictCommand implements Callable<Integer> {

    private static final int CHUNK = 128;

    /** Draws at a time. */
    private static final int ROWS = 25_600;

    @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "DATA", description = "The table.")
    private String data;

    @Option(
            names = "--column",
            paramLabel = "COL",
            required = true,
            description = "The column; its cells in the table are not looked at.")
    private String column;

    @Mixin private ReadingOptions reading;

    @Option(
            names = "--interval",
            paramLabel = "P",
            defaultValue = "0.9",
            description = "The probability of the interval (default: ${DEFAULT-VALUE}).")
    private double interval;

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "200",
            description = "Draws for each row (default: ${DEFAULT-VALUE}).")
    private int draws;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The seed of the draws (default: another each time).")
    private Optional<Integer> seed = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The file to write (default: standard output).")
    private Optional<Path> out = Optional.empty();

    @Override
    public Integer call() throws IOException {
        WrongArguments.require(draws >= 1, "--draws: expected 1 or more", draws);
        WrongArguments.require(
                interval > 0 && interval < 1, "--interval: expected a probability", interval);
        try (TableFile file = reading.openAndSay(data);
                NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            FlowModel loaded = FlowModel.load(folder, manager);
            TableModel model = new TableModel(loaded);
            List<String> columns = loaded.config().columns();
            WrongArguments.require(
                    columns.contains(column), "--column: expected one of " + columns, column);
            seed.ifPresent(manager.getEngine()::setRandomSeed);
            CellTexts texts = new CellTexts(loaded.config().preparation().kinds(), file.formats());
            Column kind = loaded.config().preparation().kind(column);
            List<String> levels = kind instanceof Column.Category c ? c.levels() : List.of();
            long[] row = {0};
            CsvSink.write(
                    out,
                    header(levels),
                    writer ->
                            file.forEachChunk(
                                    Math.max(1, Math.min(CHUNK, ROWS / draws)),
                                    table -> {
                                        TableColumn drawn = draw(model, loaded, table);
                                        write(table, drawn, levels, texts, row[0], writer);
                                        row[0] += table.rows();
                                    }));
        }
        return 0;
    }

    private List<String> header(List<String> levels) {
        List<String> header = new ArrayList<>(List.of("row"));
        if (levels.isEmpty()) {
            for (String end : new String[] {"", "_low", "_high", "_pit"}) {
                header.add(column + end);
            }
        } else {
            header.add(column);
            levels.forEach(level -> header.add("p(" + level + ")"));
        }
        return header;
    }

    private TableColumn draw(TableModel model, FlowModel loaded, Table table) {
        List<String> given = new ArrayList<>(loaded.config().columns());
        given.addAll(loaded.config().contextColumns());
        given.retainAll(table.names());
        given.remove(column);
        if (given.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected some of the other columns of the model, got " + table.names());
        }
        List<TableColumn> cells = new ArrayList<>(table.select(given).columns());
        // Missing, and so drawn as a value.
        cells.add(new TableColumn.Texts(column, new String[table.rows()]));
        int[] repeated = IntStream.range(0, table.rows() * draws).map(i -> i / draws).toArray();
        return model.complete(Table.of(cells).take(repeated)).column(column);
    }

    private void write(
            Table table,
            TableColumn drawn,
            List<String> levels,
            CellTexts texts,
            long before,
            CsvWriter writer) {
        List<String> all =
                texts.rows(Table.of(List.of(drawn))).stream().map(r -> r.get(0)).toList();
        for (int i = 0; i < table.rows(); i++) {
            List<String> record = new ArrayList<>(List.of(Long.toString(before + i + 1)));
            if (levels.isEmpty()) {
                record.addAll(numbers(table, drawn, all, i));
            } else {
                List<String> own = all.subList(i * draws, (i + 1) * draws);
                int[] counts =
                        levels.stream()
                                .mapToInt(level -> (int) own.stream().filter(level::equals).count())
                                .toArray();
                int most =
                        IntStream.range(0, counts.length)
                                .reduce((a, b) -> counts[b] > counts[a] ? b : a)
                                .orElseThrow();
                record.add(levels.get(most));
                Arrays.stream(counts).forEach(count -> record.add(share((double) count / draws)));
            }
            writer.writeRecord(record);
        }
    }

    private List<String> numbers(Table table, TableColumn drawn, List<String> texts, int row) {
        Integer[] known =
                IntStream.range(row * draws, (row + 1) * draws)
                        .filter(i -> !drawn.isMissing(i))
                        .boxed()
                        .sorted((a, b) -> Double.compare(value(drawn, a), value(drawn, b)))
                        .toArray(Integer[]::new);
        List<String> found = new ArrayList<>();
        for (double level : new double[] {0.5, (1 - interval) / 2, (1 + interval) / 2}) {
            int at = Math.min((int) (level * known.length), known.length - 1);
            found.add(known.length == 0 ? "" : texts.get(known[at]));
        }
        boolean came =
                table.names().contains(column)
                        && !(table.column(column) instanceof TableColumn.Texts)
                        && !table.column(column).isMissing(row);
        if (!came || known.length == 0) {
            found.add("");
        } else {
            double value = value(table.column(column), row);
            long below = Arrays.stream(known).filter(i -> value(drawn, i) < value).count();
            long equal = Arrays.stream(known).filter(i -> value(drawn, i) == value).count();
            found.add(share((below + equal / 2.0) / known.length));
        }
        return found;
    }

    private static double value(TableColumn column, int row) {
        return column instanceof TableColumn.Times times
                ? times.value(row)
                : ((TableColumn.Numbers) column).value(row);
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
