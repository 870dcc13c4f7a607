package org.djlflows;

import org.djlflows.table.Table;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Model folders among the resources, and rows for that of columns of any kind. */
public final class StoredModels {

    private StoredModels() {}

    /** Returns a model folder. */
    public static Path folder(String name) {
        try {
            return Path.of(StoredModels.class.getResource("/org/djlflows/spark/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a row. */
    public static Map<String, Object> cells(int i) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put("city", List.of("Bern", "Oslo", "Paris", "Rome").get(i % 4));
        cells.put("member", i % 3 == 0);
        cells.put("items", 1L + i % 4);
        cells.put("amount", i % 5 == 0 ? null : 5 + i * 0.25);
        cells.put("day", LocalDate.of(2025, 1, 1).plusDays(i));
        cells.put("at", LocalDateTime.of(2025, 1, 1, 3, 53, 26).plusHours(31L * i));
        return cells;
    }

    /** Returns rows as a table. */
    public static Table sales(int rows) {
        return Table.ofMaps(IntStream.range(0, rows).mapToObj(StoredModels::cells).toList());
    }

    /** Returns a row as JSON. */
    public static String sale(int i) {
        return cells(i).entrySet().stream()
                .map(cell -> "\"" + cell.getKey() + "\":" + json(cell.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String json(Object cell) {
        return cell == null || cell instanceof Number || cell instanceof Boolean
                ? String.valueOf(cell)
                : "\"" + cell.toString().replace('T', ' ') + "\"";
    }
}
