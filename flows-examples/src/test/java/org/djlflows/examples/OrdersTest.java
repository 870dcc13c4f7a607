package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class OrdersTest {

    @TempDir private Path folder;

    /** The files beside the notebook are those, and it knows the wrong orders. */
    @Test
    void areThoseOfTheNotebook() throws IOException {
        List<String> wrong = Orders.write(folder);
        Path notebooks = Path.of("../flows-examples/notebooks");
        for (String file : List.of("orders.csv", "today.csv")) {
            assertEquals(
                    Files.readAllLines(folder.resolve(file)),
                    Files.readAllLines(notebooks.resolve(file)));
        }
        String notebook = Files.readString(notebooks.resolve("alarms-with-reasons.ipynb"));
        assertEquals(8, wrong.size());
        wrong.forEach(number -> assertTrue(notebook.contains("\\\"" + number + "\\\""), number));
    }
}
