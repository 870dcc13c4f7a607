package org.djlflows.interchange;

import ai.djl.ndarray.types.Shape;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

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
        int wide = rows.stream().mapToInt(row -> label(row).length()).max().orElse(1);
        String line = "%-" + Math.max(1, wide) + "s  %-16s %s\n";
        return rows.stream()
                .map(row -> String.format(Locale.ROOT, line, label(row), row.shape, row.parameter))
                .collect(Collectors.joining());
    }

    private static String label(Row row) {
        return row.name.orElse("(none)");
    }
}
