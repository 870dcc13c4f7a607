package org.djlflows.spark;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one pass over all rows shows.
 *
 * @param rows their number
 * @param lacks for each column whether it is one of numbers of which a cell has none that float32
 *     can hold
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Census(long rows, boolean[] lacks) implements Serializable {

    /**
     * Counts.
     *
     * @param rows the rows
     * @param schema their columns
     * @return what they are
     */
    static Census of(JavaRDD<Row> rows, StructType schema) {
        StructField[] fields = schema.fields();
        boolean[] numeric = new boolean[fields.length];
        for (int j = 0; j < fields.length; j++) {
            numeric[j] = fields[j].dataType() instanceof NumericType;
        }
        return rows.mapPartitions(
                        some -> {
                            long count = 0;
                            boolean[] lacks = new boolean[numeric.length];
                            while (some.hasNext()) {
                                Row row = some.next();
                                count++;
                                for (int j = 0; j < lacks.length; j++) {
                                    lacks[j] |= numeric[j] && !isNumber(row.get(j));
                                }
                            }
                            return List.of(new Census(count, lacks)).iterator();
                        })
                .fold(new Census(0, new boolean[fields.length]), Census::and);
    }

    private static boolean isNumber(Object cell) {
        return cell != null && Float.isFinite(((Number) cell).floatValue());
    }

    private Census and(Census other) {
        boolean[] both = lacks.clone();
        for (int j = 0; j < both.length; j++) {
            both[j] |= other.lacks[j];
        }
        return new Census(rows + other.rows, both);
    }

    /** Returns the names of the columns of numbers of which a cell has none. */
    Set<String> lacking(StructType schema) {
        Set<String> lacking = new HashSet<>();
        for (int j = 0; j < lacks.length; j++) {
            if (lacks[j]) {
                lacking.add(schema.fieldNames()[j]);
            }
        }
        return lacking;
    }
}
