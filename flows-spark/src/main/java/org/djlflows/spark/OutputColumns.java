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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

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

    /**
     * Appends the columns.
     *
     * @param schema the columns before them
     * @return all columns
     * @throws IllegalArgumentException if there is one of a name already
     */
    StructType addTo(StructType schema) {
        StructType all = schema;
        for (String name : numbers().toList()) {
            all = add(all, name, DataTypes.DoubleType);
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

    private Stream<String> numbers() {
        return Stream.of(logDensity, anomalyScore, pValue, percentile)
                .filter(name -> !name.isEmpty());
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
        return !hasShares() && numbers().allMatch(logDensity::equals);
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
        int count = (int) numbers().count() + (hasShares() ? 1 : 0);
        Object[] all = Arrays.copyOf(cells, cells.length + count);
        if (row.isEmpty()) {
            return all;
        }
        RowScore found = row.get().score();
        int next = cells.length;
        if (!logDensity.isEmpty()) {
            all[next++] = found.logDensity();
        }
        if (!anomalyScore.isEmpty()) {
            all[next++] = value(found.score());
        }
        if (!pValue.isEmpty()) {
            all[next++] = value(found.pValue());
        }
        if (!percentile.isEmpty()) {
            all[next++] = value(found.percentile());
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
