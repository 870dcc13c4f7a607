package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an import copied; printed, it is a table.
 *
 * @param rows one for each tensor of each parameter of the block, in its order
 */
public record ImportReport(List<Row> rows) {

    /**
     * A tensor and the parameter that it went to.
     *
     * @param name the name of the tensor, or empty if the parameter has its values without one
     * @param shape the shape of the tensor, or else of the parameter
     * @param parameter the parameter, by its path in the tree of blocks
     */
    public record Row(Optional<String> name, Shape shape, String parameter) {}

    /**
     * Copies the rows.
     *
     * @param rows one for each tensor of each parameter of the block, in its order
     */
    public ImportReport {
        rows = List.copyOf(rows);
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder();
        int wide = rows.stream().mapToInt(row -> label(row).length()).max().orElse(0);
        for (Row row : rows) {
            table.append(label(row))
                    .append(" ".repeat(wide - label(row).length()))
                    .append(String.format(Locale.ROOT, "  %-16s ", row.shape))
                    .append(row.parameter)
                    .append('\n');
        }
        return table.toString();
    }

    private static String label(Row row) {
        return row.name.orElse("(none)");
    }
}
