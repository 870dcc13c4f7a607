package org.djlflows.spark;

import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.djlflows.anomaly.RowScore;
import org.djlflows.files.Excerpt;

import java.io.Serializable;
import java.util.Arrays;
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
 */
record OutputColumns(String logDensity, String anomalyScore, String pValue, String percentile)
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
        for (String name : names().filter(name -> !name.isEmpty()).toList()) {
            if (Arrays.asList(all.fieldNames()).contains(name)) {
                throw new IllegalArgumentException(
                        String.format(
                                "FlowModel: expected a new name for a column of scores, got %s, which"
                                        + " there is; choose another or the empty one",
                                Excerpt.of(name)));
            }
            all = all.add(name, DataTypes.DoubleType, true);
        }
        return all;
    }

    private Stream<String> names() {
        return Stream.of(logDensity, anomalyScore, pValue, percentile);
    }

    /**
     * Tells whether log-densities are enough.
     *
     * @return whether no other column is wanted
     */
    boolean isLogDensityAlone() {
        return names().skip(1).allMatch(String::isEmpty);
    }

    /**
     * Returns the scores of a row behind its cells.
     *
     * @param cells the cells
     * @param score the scores, empty where the row has none
     * @return the cells and a value for each column, null for what there is not
     */
    Object[] append(Object[] cells, Optional<RowScore> score) {
        int count = (int) names().filter(name -> !name.isEmpty()).count();
        Object[] all = Arrays.copyOf(cells, cells.length + count);
        if (score.isEmpty()) {
            return all;
        }
        RowScore found = score.get();
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
            all[next] = value(found.percentile());
        }
        return all;
    }

    private static Double value(OptionalDouble found) {
        return found.isPresent() ? found.getAsDouble() : null;
    }
}
