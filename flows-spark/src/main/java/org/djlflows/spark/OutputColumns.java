package org.djlflows.spark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;
import org.djlflows.runtime.Explanation;

import scala.collection.Map;
import scala.jdk.javaapi.CollectionConverters;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The names of the columns of scores, empty for those that are left out.
 *
 * @param logDensity of the log-density
 * @param anomalyScore of the anomaly score
 * @param pValue of the p-value
 * @param percentile of the percentile
 * @param shares of the shares of columns in the anomaly score
 */
record OutputColumns(
        String logDensity, String anomalyScore, String pValue, String percentile, String shares)
        implements Serializable {

    /** Those of a model of which nothing was said. */
    static final OutputColumns DEFAULT = named(RowScore.NAMES);

    private static OutputColumns named(List<String> names) {
        return new OutputColumns(names.get(0), names.get(1), names.get(2), names.get(3), "");
    }

    /**
     * Appends the columns.
     *
     * @param schema the columns before them
     * @return all columns
     * @throws IllegalArgumentException if there is one of a name already
     */
    StructType addTo(StructType schema) {
        StructType all = schema;
        for (String name : numbers()) {
            all = name.isEmpty() ? all : add(all, name, DataTypes.DoubleType);
        }
        DataType map = DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType, false);
        return hasShares() ? add(all, shares, map) : all;
    }

    private static StructType add(StructType schema, String name, DataType type) {
        if (Arrays.asList(schema.fieldNames()).contains(name)) {
            throw new IllegalArgumentException(
                    String.format(
                            "FlowModel: expected a new name for a column of scores, got %s, which"
                                    + " there is; choose another or the empty one",
                            Excerpt.of(name)));
        }
        return schema.add(name, type, true);
    }

    /** Returns the names for {@link RowScore#values}. */
    private List<String> numbers() {
        return List.of(logDensity, anomalyScore, pValue, percentile);
    }

    /**
     * Tells whether the score is to be divided.
     *
     * @return whether shares are wanted
     */
    boolean hasShares() {
        return !shares.isEmpty();
    }

    /**
     * Tells whether log-densities are enough.
     *
     * @return whether no other column is wanted
     */
    boolean isLogDensityAlone() {
        return !hasShares() && (anomalyScore + pValue + percentile).isEmpty();
    }

    /**
     * Returns the scores of a row behind its cells.
     *
     * @param cells the cells
     * @param row what is known of it, empty where the row has no score; with cells where shares are
     *     wanted
     * @return the cells and a value for each column, null for what there is not
     */
    Object[] append(Object[] cells, Optional<Explanation> row) {
        List<String> numbers = numbers();
        int count = (int) numbers.stream().filter(name -> !name.isEmpty()).count();
        count += hasShares() ? 1 : 0;
        Object[] all = Arrays.copyOf(cells, cells.length + count);
        if (row.isEmpty()) {
            return all;
        }
        List<OptionalDouble> values = row.get().score().values();
        int next = cells.length;
        for (int i = 0; i < values.size(); i++) {
            if (!numbers.get(i).isEmpty()) {
                all[next++] = value(values.get(i));
            }
        }
        if (hasShares()) {
            all[next] = shares(row.get());
        }
        return all;
    }

    private static Double value(OptionalDouble found) {
        return found.isPresent() ? found.getAsDouble() : null;
    }

    /** In the order of the cells, which Spark keeps. */
    private static Map<String, Double> shares(Explanation row) {
        LinkedHashMap<String, Double> shares = new LinkedHashMap<>();
        row.cells().forEach(cell -> shares.put(cell.column(), cell.share()));
        return CollectionConverters.asScala(shares);
    }
}
