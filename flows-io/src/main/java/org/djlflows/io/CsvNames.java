package org.djlflows.io;

import org.djlflows.files.Excerpt;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The names of the columns of a CSV file: those of the header, made distinct, or new ones. */
final class CsvNames {

    private CsvNames() {}

    /**
     * Names columns.
     *
     * @param header the first row, if it has names
     * @param width the number of columns
     * @param notes receives what is not as in the file
     * @return distinct names
     */
    static List<String> of(Optional<String[]> header, int width, List<String> notes) {
        List<String> names = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        header.ifPresent(
                cells -> {
                    for (String cell : cells) {
                        taken.add(cell == null ? "" : cell.strip());
                    }
                });
        Set<String> used = new HashSet<>();
        for (int j = 0; j < width; j++) {
            int column = j;
            String given = header.map(cells -> cells[column]).map(String::strip).orElse("");
            String base = given.isEmpty() ? "column" + (j + 1) : given;
            String name = base;
            for (int k = 2;
                    used.contains(name) || (!name.equals(given) && taken.contains(name));
                    k++) {
                name = base + "_" + k;
            }
            used.add(name);
            names.add(name);
            if (header.isPresent() && !name.equals(given)) {
                notes.add(
                        given.isEmpty()
                                ? "column %d has no name and is called %s".formatted(j + 1, name)
                                : "column %d is named %s as another before, and is called %s"
                                        .formatted(
                                                j + 1,
                                                Excerpt.of(given, 60),
                                                Excerpt.of(name, 60)));
            }
        }
        if (header.isEmpty()) {
            notes.add(
                    "no header: columns are called column1"
                            + (width == 1 ? "" : width == 2 ? ", column2" : ", column2, ..."));
        }
        return names;
    }
}
