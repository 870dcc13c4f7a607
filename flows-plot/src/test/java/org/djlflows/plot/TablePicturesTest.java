package org.djlflows.plot;

import static org.djlflows.plot.PlotsTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import org.djlflows.format.FlowConfig;
import org.djlflows.model.FlowModel;
import org.djlflows.model.TableModel;
import org.djlflows.spec.Column;
import org.djlflows.spec.Presets;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

class TablePicturesTest {

    private static NDManager manager;
    private static Table table;

    @TempDir private Path folder;

    @BeforeAll
    static void open() {
        System.setProperty("java.awt.headless", "true");
        manager = NDManager.newBaseManager(null, "PyTorch");
        Random random = new Random(1);
        List<Object[]> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            boolean big = random.nextBoolean();
            rows.add(
                    new Object[] {
                        big ? "big" : "small",
                        random.nextInt(5) == 0
                                ? null
                                : (double) Math.round(30 + 8 * random.nextGaussian()),
                        i % 3 == 0 ? 0.0 : Math.exp((big ? 5 : 1) + 1.5 * random.nextGaussian()),
                        LocalDate.of(2020, 1, 1).plusDays(random.nextInt(400))
                    });
        }
        table = Table.ofRows(List.of("size", "age", "price", "day"), rows);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(1);
    }

    /** A flow that knows where numbers lie and nothing more. */
    private static FlowModel model(String... given) {
        Map<String, Column> kinds =
                new LinkedHashMap<>(TableProfile.of(table, Map.of(), Map.of()).kinds());
        Map<String, Column> context = new LinkedHashMap<>();
        for (String name : given) {
            context.put(name, kinds.remove(name));
        }
        TableFlow flow = Specs.with(Specs.with(Presets.anyOrder(), "width", 16), "blocks", 1);
        FlowConfig config = TableModel.config(flow, kinds, context);
        NDList rows = TableModel.arrays(config, manager, table, bad -> {});
        return FlowModel.create(config, rows, manager);
    }

    private String svg(Picture picture) throws IOException {
        Path file = folder.resolve("a.svg");
        picture.save(file);
        return Files.readString(file);
    }

    private static void assertHas(String svg, String... texts) {
        for (String text : texts) {
            assertTrue(svg.contains(">" + text), text + " is not in the picture");
        }
    }

    @Test
    void drawsColumnsOfEveryKind() throws IOException {
        TablePictures pictures = TablePictures.of(model(), table);
        String columns = svg(pictures.columns());
        assertHas(columns, "size", "age", "price", "day", "big", "data (300 rows)");
        assertHas(columns, "samples (2,100 rows)", "missing: ", "0: 33 / ", "KS 0.", "TV 0.");
        assertTrue(columns.contains("-2020</text"), "dates on an axis");
        String pairs = svg(pictures.pairs());
        assertHas(pairs, "Data and samples<", "size", "missing", "day");
        String some = svg(pictures.columns(List.of("price")));
        assertTrue(some.contains(">price<") && !some.contains(">age<"));
        some = svg(pictures.pairs(List.of("day", "age")));
        assertTrue(some.contains(">day<") && !some.contains(">price<"));
        assertTrue(pictures.conditionals().isEmpty());
    }

    /** Rows of a file come as arrays of the flow after training, and as a table before. */
    @Test
    void takesRowsOfTheFlow() throws IOException {
        FlowModel model = model();
        NDList rows = TableModel.arrays(model.config(), manager, table, bad -> {});
        seed();
        String ofRows = svg(TablePictures.of(model, rows).columns());
        seed();
        assertEquals(svg(TablePictures.of(model, table).columns()), ofRows);
    }

    @Test
    void drawsWithoutDataOrWithSomeOfTheColumns() throws IOException {
        FlowModel model = model();
        String samples = svg(TablePictures.of(model).columns());
        assertHas(samples, "Every column<", "samples (5,000 rows)");
        assertFalse(samples.contains(">KS") || samples.contains(">data"));
        assertHas(svg(TablePictures.of(model).pairs()), "Samples<");
        Table some = table.select(List.of("price", "size"));
        String part = svg(TablePictures.of(model, some).columns());
        assertHas(part, "data (300 rows)", "day", "KS 0.");
        assertHas(svg(TablePictures.of(model, some).pairs()), "day");
        assertHas(svg(TablePictures.of(model, table.slice(0, 0)).columns()), "Every column<");
        assertMessage(
                "TablePictures: expected some of the columns [size, age, price, day], got only [z]",
                () -> TablePictures.of(model, Table.ofNumbers(List.of("z"), new double[1][1])));
    }

    @Test
    void comparesWithTheRowsThatHaveWhatIsGiven() throws IOException {
        TablePictures pictures = TablePictures.of(model(), table);
        long big = table.column("size").rows();
        String given = svg(pictures.given(Map.of("size", "big")).columns());
        assertTrue(given.contains("samples given size = big"), "says what is given");
        assertFalse(given.contains("data (" + big + " rows)"), "only matching rows");
        assertHas(given, "data (1");
        // No row has exactly this price: samples alone.
        String alone = svg(pictures.given(Map.of("price", 12.345)).columns());
        assertFalse(alone.contains(">data ("), "no data");
        assertMessage(
                "TableModel: expected one of [big, small] for size, got tiny",
                () -> pictures.given(Map.of("size", "tiny")));
    }

    @Test
    void drawsOneColumnGivenAnother() throws IOException {
        TablePictures pictures = TablePictures.of(model(), table);
        String prices = svg(pictures.conditional("size", "price"));
        assertHas(
                prices, "price given size", "lines: quantiles of 5, 25, 50, 75, 95 %; dots: data");
        assertHas(prices, "density", "big");
        assertHas(svg(pictures.conditional("price", "size")), "probability", "dots: data<");
        assertHas(svg(pictures.conditional("day", "age")), "age given day", "missing");
        String fixed = svg(pictures.given(Map.of("size", "big")).conditional("age", "price"));
        assertHas(fixed, "given size = big; lines");
        assertMessage(
                "TablePictures: expected another column than age of those that are modelled, [size,"
                        + " age, price, day], got age",
                () -> pictures.conditional("age", "age"));
        assertMessage(
                "expected columns of [size, age, price, day], got z",
                () -> pictures.conditional("z", "age"));
    }

    @Test
    void columnsThatAreGivenComeFromTheData() throws IOException {
        FlowModel model = model("size", "day");
        TablePictures pictures = TablePictures.of(model, table);
        String columns = svg(pictures.columns());
        assertTrue(columns.contains(">price<") && !columns.contains(">day<"));
        assertHas(svg(pictures.pairs()), "day", "size", "price", "age");
        assertHas(svg(pictures.conditionals().orElseThrow()), "price given size", "age given size");
        assertHas(svg(pictures.conditional("day", "age")), "age given day");
        // Values of some of them, and the others from the data.
        assertHas(
                svg(pictures.given(Map.of("size", "small")).conditional("day", "age")),
                "given size = small; lines");
        TablePictures alone = TablePictures.of(model);
        assertMessage(
                "TablePictures: expected data or values of the columns that are given, [size, day],"
                        + " got neither",
                alone::columns);
        assertHas(
                svg(alone.given(Map.of("size", "big", "day", "2020-05-01")).columns()),
                "samples given ");
        assertMessage(
                "expected a column that is modelled, got [day]",
                () -> pictures.columns(List.of("day")));
    }
}
