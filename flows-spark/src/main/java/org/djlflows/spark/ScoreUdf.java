package org.djlflows.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.StructType;

import java.util.List;

/** The scores of a struct, as a struct. */
final class ScoreUdf implements UDF1<Row, Row> {

    private static final long serialVersionUID = 1L;

    private final RowScores scores;
    private final boolean allowMissing;

    private transient volatile Layout layout;

    /** Where the columns are, which all rows of a query have in common. */
    private record Layout(StructType schema, InputColumns columns) {}

    ScoreUdf(RowScores scores, boolean allowMissing) {
        this.scores = scores;
        this.allowMissing = allowMissing;
    }

    @Override
    public Row call(Row row) {
        if (row == null) {
            return null;
        }
        InputColumns columns = columns(row.schema());
        return RowFactory.create(
                scores.outputs().append(new Object[0], scores.of(List.of(row), columns).get(0)));
    }

    private InputColumns columns(StructType schema) {
        Layout last = layout;
        if (last == null || !last.schema().equals(schema)) {
            last = new Layout(schema, InputColumns.of(scores.scorer(), schema, allowMissing));
            layout = last;
        }
        return last.columns();
    }
}
