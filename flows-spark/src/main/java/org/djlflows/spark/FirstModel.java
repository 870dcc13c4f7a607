package org.djlflows.spark;

import ai.djl.ndarray.NDManager;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.djlflows.data.Split;
import org.djlflows.files.Excerpt;
import org.djlflows.files.TemporaryFolder;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.RandomNumbers;
import org.djlflows.model.EncodedTable;
import org.djlflows.model.FlowModel;
import org.djlflows.model.SplitTable;
import org.djlflows.model.TableModel;
import org.djlflows.runtime.ModelFiles;
import org.djlflows.spec.Column;
import org.djlflows.spec.ColumnFlow;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A model with its first weights, which the driver makes by what some rows say of the columns.
 *
 * @param files the model
 * @param columns where its columns are in a row
 * @param usual for each column of a flow over numbers the least and the greatest value that is not
 *     wild; none for a flow over columns of any kind
 * @param notes what a person should know of the columns
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record FirstModel(ModelFiles files, InputColumns columns, double[][] usual, List<String> notes) {

    /**
     * What the driver knows of the table.
     *
     * @param rows some rows for training
     * @param schema their columns
     * @param modelled the kinds of the columns that are modelled
     * @param given the kinds of those that are given
     */
    private record Seen(
            List<Row> rows,
            StructType schema,
            Map<String, Column> modelled,
            Map<String, Column> given) {

        List<String> names() {
            return Stream.concat(modelled.keySet().stream(), given.keySet().stream()).toList();
        }

        InputColumns columns(boolean anyKind) {
            return InputColumns.of(names(), schema, anyKind);
        }
    }

    /**
     * Makes the model.
     *
     * @param rows some rows for training
     * @param schema their columns
     * @param context the names of those that are given
     * @param kinds what columns are, where that is said
     * @param choice returns the flow for columns of such kinds
     * @param seed decides the first weights
     * @return the model
     * @throws IllegalArgumentException if no column can be modelled, one that is given is not among
     *     those that can, or the flow is not over such columns
     * @throws IOException if there is no room for temporary files
     */
    static FirstModel of(
            List<Row> rows,
            StructType schema,
            List<String> context,
            Map<String, String> kinds,
            Function<Map<String, Column>, ColumnFlow> choice,
            long seed)
            throws IOException {
        Table table = InputColumns.of(List.of(schema.fieldNames()), schema, true).table(rows);
        TableProfile profile = TableProfile.of(table, kinds);
        Seen seen =
                new Seen(rows, schema, new LinkedHashMap<>(profile.kinds()), new LinkedHashMap<>());
        for (String name : context) {
            Column kind = seen.modelled().remove(name);
            require(kind != null, "contextCols among those that can be modelled", profile, context);
            seen.given().put(name, kind);
        }
        require(!seen.modelled().isEmpty(), "a column that is not given", profile, context);
        ColumnFlow flow = choice.apply(profile.kinds());
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch");
                RandomNumbers numbers = RandomNumbers.seeded(seed)) {
            return flow instanceof TableFlow any
                    ? ofTable(any, seen, table, profile, manager)
                    : ofNumbers(flow, seen, profile, manager);
        }
    }

    private static void require(
            boolean holds, String expected, TableProfile profile, List<String> context) {
        if (!holds) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowEstimator: expected %s, got the columns %s given %s. %s",
                            expected,
                            Excerpt.of(profile.kinds().keySet()),
                            Excerpt.of(context),
                            String.join(" ", profile.notes())));
        }
    }

    private static FirstModel ofTable(
            TableFlow flow, Seen seen, Table table, TableProfile profile, NDManager manager)
            throws IOException {
        FlowConfig config = TableModel.config(flow, seen.modelled(), seen.given());
        try (EncodedTable rows =
                EncodedTable.of(
                        config, table.rows(), to -> table.forEachChunk(EncodedTable.CHUNK, to))) {
            return new FirstModel(
                    files(rows.newModel(rows, manager)),
                    seen.columns(true),
                    new double[0][],
                    profile.notes());
        }
    }

    private static FirstModel ofNumbers(
            ColumnFlow flow, Seen seen, TableProfile profile, NDManager manager)
            throws IOException {
        InputColumns columns = seen.columns(false);
        List<double[]> numbers = seen.rows().stream().map(columns::finiteNumbers).toList();
        SplitTable table =
                new SplitTable(
                        numbers,
                        List.copyOf(seen.modelled().keySet()),
                        List.copyOf(seen.given().keySet()),
                        Map.of(),
                        Split.modulo(numbers.size()));
        Map<String, Column> kinds = new LinkedHashMap<>(seen.modelled());
        kinds.putAll(seen.given());
        FlowConfig config = table.config(flow);
        FlowModel model =
                table.newModel(
                        config.withPreparation(config.preparation().withKinds(kinds)), manager);
        double[][] usual =
                table.statistics().stream()
                        .map(column -> new double[] {column.low(), column.high()})
                        .toArray(double[][]::new);
        List<String> notes =
                Stream.concat(profile.notes().stream(), table.notes().stream()).toList();
        return new FirstModel(files(model), columns, usual, notes);
    }

    /** Returns the files of a model. */
    static ModelFiles files(FlowModel model) throws IOException {
        return TemporaryFolder.use(
                folder -> {
                    model.save(folder, report -> {});
                    return ModelFiles.read(folder);
                });
    }
}
