package org.djlflows.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tables that the commands write. */
final class Csv {

    private Csv() {}

    /** Returns the numbers of a column, below its header. */
    static double[] column(Path file, int column) throws IOException {
        return Files.readAllLines(file).stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[column]))
                .toArray();
    }
}
