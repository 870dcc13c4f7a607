package org.djlflows.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.djlflows.format.CsvFormat;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

class TableFileTest {

    private static final String PENGUINS =
            "species,island,bill_length_mm,body_mass_g,sex\n"
                    + "Adelie,Torgersen,39.1,3750,MALE\n"
                    + "Adelie,Torgersen,,,\n"
                    + "Gentoo,Biscoe,49.9,5400,MALE\n";

    @TempDir private Path folder;

    @Test
    void readsNumbersAndTexts() {
        try (TableFile file = open(PENGUINS)) {
            assertEquals(3, file.rows());
            assertEquals(List.of(), file.notes());
            assertEquals(
                    Table.of(
                            List.of(
                                    texts("species", "Adelie", "Adelie", "Gentoo"),
                                    texts("island", "Torgersen", "Torgersen", "Biscoe"),
                                    numbers("bill_length_mm", 39.1, Double.NaN, 49.9),
                                    numbers("body_mass_g", 3750, Double.NaN, 5400),
                                    texts("sex", "MALE", null, "MALE"))),
                    file.read());
            assertEquals(file.names(), file.read().names());
        }
    }

    @Test
    void readsSomeColumns() {
        try (TableFile file = open(PENGUINS)) {
            Table table = file.read(List.of("sex", "species"));

            assertEquals(List.of("sex", "species"), table.names());
            assertEquals(file.read().select(table.names()), table);
            refused("expected a column of species, island", () -> file.read(List.of("age")));
            refused("sex twice", () -> file.read(List.of("sex", "sex")));
            refused("expected at least one column", () -> file.read(List.of()));
        }
    }

    @Test
    void readsChunksInTheOrderOfTheFile() {
        StringBuilder text = new StringBuilder("x,y\n");
        for (int i = 0; i < 10_000; i++) {
            text.append(i).append(",t").append(i).append('\n');
        }
        try (TableFile file = open(text.toString())) {
            List<Table> chunks = new ArrayList<>();
            file.forEachChunk(3000, chunks::add);

            assertEquals(
                    List.of(3000, 3000, 3000, 1000), chunks.stream().map(Table::rows).toList());
            for (int i = 0; i < 10_000; i++) {
                Table chunk = chunks.get(i / 3000);
                assertEquals(i, number(chunk, "x", i % 3000));
                assertEquals("t" + i, text(chunk, "y", i % 3000));
            }
            assertEquals(10_000, file.read().rows());
            refused(
                    "TableFile: expected at least 1 row per chunk, got 0",
                    () -> file.forEachChunk(0, chunks::add));
            List<Table> parts = new ArrayList<>();
            file.forEachChunk(List.of("y"), 4000, parts::add);
            assertEquals(List.of(4000, 4000, 2000), parts.stream().map(Table::rows).toList());
            assertEquals(List.of("y"), parts.get(2).names());
            assertEquals("t9999", text(parts.get(2), "y", 1999));
        }
    }

    @Test
    void keepsTheOrderOfJsonAndOfQueries() throws IOException {
        int rows = 300_000;
        try (Writer csv = Files.newBufferedWriter(folder.resolve("a.csv"));
                Writer json = Files.newBufferedWriter(folder.resolve("a.ndjson"))) {
            csv.write("i,w\n");
            for (int i = 0; i < rows; i++) {
                csv.write(i + ",w" + i + "\n");
                json.write("{\"i\": " + i + "}\n");
            }
        }
        String query = "SELECT i, w FROM '" + folder.resolve("a.csv") + "'";
        try (TableFile lines =
                        TableFile.open(folder.resolve("a.ndjson").toString(), ReadOptions.DEFAULT);
                TableFile result = TableFile.query(query, ReadOptions.DEFAULT)) {
            for (Table table : List.of(lines.read(), result.read())) {
                double[] found = ((TableColumn.Numbers) table.column("i")).values();
                assertEquals(rows, found.length);
                for (int i = 0; i < rows; i++) {
                    assertEquals(i, found[i]);
                }
            }
        }
    }

    @Test
    void passesMayBeNestedAndEndEarly() {
        try (TableFile file = open("x\n1\n2\n3\n")) {
            List<Double> seen = new ArrayList<>();
            file.forEachChunk(
                    2, outer -> file.forEachChunk(2, inner -> seen.add(number(inner, "x", 0))));
            assertEquals(List.of(1.0, 3.0, 1.0, 3.0), seen);
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            file.forEachChunk(
                                    1,
                                    chunk -> {
                                        throw new IllegalStateException("enough");
                                    }));
            assertEquals(3, file.read().rows());
        }
    }

    /** The first rows of public files of each kind. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                // winequality-red, magic04, german, airline-passengers, tips
                "7.4,0.7,0,1.9|7.8,0.88,0,2.6|7.8,0.76,0.04,2.3 ! column1,column2,column3,column4 ! 3 ! NNNN",
                "28.79,16.0021,g|31.6,11.7,g|-1.5,2.5,h ! column1,column2,column3 ! 3 ! NNT",
                "A11,6,A34|A12,48,A32|A14,12,A34 ! column1,column2,column3 ! 3 ! TNT",
                "\"Month\",\"Passengers\"|\"1949-01\",112|\"1949-02\",118 ! Month,Passengers ! 2 ! DN",
                "\"total_bill\",\"sex\"|16.99,\"Female\"|10.34,\"Male\" ! total_bill,sex ! 2 ! NT",
                // Texts alone: a value that comes up again is none, a name that does not is.
                "red,b|blue,a|red,c ! column1,column2 ! 3 ! TT",
                "colour,size|blue,s|red,m|blue,s ! colour,size ! 3 ! TT",
                "A1-x,B2|A2-y,B3|A3-z,B4 ! column1,column2 ! 3 ! TT",
                "name,name|x,y|z,w ! column1,column2 ! 3 ! TT",
                "name|Alice|Bob ! name ! 2 ! T",
                // One column of numbers with and without a name.
                "x|1|2 ! x ! 2 ! N",
                "1|2|3 ! column1 ! 3 ! N",
                // Times name nothing, nor do missing cells.
                "2019-01-01,a|2019-01-02,b ! column1,column2 ! 2 ! DT",
                "?,?|1,2|3,4 ! column1,column2 ! 3 ! NN",
                // Numbers that count up do.
                "0,1,2|0.5,0.1,7|0.25,3,9 ! 0,1,2 ! 2 ! NNN",
                "land,1990,1991,1992|France,1,2,4|Spain,3,3,3 ! land,1990,1991,1992 ! 2 ! TNNN",
                "1,2,3|2,3,4|3,4,5 ! column1,column2,column3 ! 3 ! NNN",
                // The index of pandas, the header of NumPy, a header without rows.
                "'',a,b|0,1,2|1,3,4 ! column1,a,b ! 2 ! NNN",
                "# a,b|1,2|3,4 ! a,b ! 2 ! NN",
                "a,b ! a,b ! 0 ! TT",
            })
    void tellsAHeaderFromARow(String rows, String names, int count, String kinds) {
        try (TableFile file = open(rows.replace("''", "").replace('|', '\n') + "\n")) {
            assertEquals(List.of(names.split(",")), file.names(), () -> "" + file.notes());
            assertEquals(count, file.rows());
            assertEquals(kinds, kinds(file.read()));
            assertEquals(
                    names.contains("column1,column2") || names.equals("column1"),
                    file.notes().stream().anyMatch(note -> note.startsWith("no header: ")));
        }
    }

    @Test
    void looksBelowTheFirstRowsBeforeItTakesATextForAName() {
        StringBuilder text = new StringBuilder("w0\n");
        for (int i = 1; i < 12_000; i++) {
            text.append(i % 2 == 0 ? "w" : "longer ").append(i).append('\n');
        }
        assertEquals(List.of("w0"), names(text.toString()));
        assertEquals(List.of("column1"), names(text + "w0\n"));
    }

    @Test
    void saysWhatItIsNotSureOf() {
        try (TableFile file = open("name,mail\nAl,a\nBo,b\n")) {
            assertEquals(
                    List.of(
                            "data.csv: the first row, name, mail, was taken for the names of the"
                                    + " columns; if it is not, say --no-header"),
                    file.notes());
        }
        ReadOptions without = ReadOptions.DEFAULT.withHeader(false);
        try (TableFile file = open("name,mail\nAl,a\n", without)) {
            assertEquals(2, file.rows());
            assertEquals(List.of("no header: columns are called column1, column2"), file.notes());
        }
        try (TableFile file = open("1,2\n3,4\n", ReadOptions.DEFAULT.withHeader(true))) {
            assertEquals(List.of("1", "2"), file.names());
            assertEquals(List.of(), file.notes());
        }
    }

    @Test
    void makesNamesDistinct() {
        try (TableFile file = open("x,x,x_2, a b ,,x\n1,2,3,4,5,6\n7,8,9,1,2,3\n")) {
            assertEquals(List.of("x", "x_3", "x_2", "a b", "column5", "x_4"), file.names());
            assertEquals(
                    List.of(
                            "column 2 is named x as another before, and is called x_3",
                            "column 5 has no name and is called column5",
                            "column 6 is named x as another before, and is called x_4"),
                    file.notes());
            assertEquals(4, number(file.read(), "a b", 0));
        }
        assertEquals(List.of("x", "x_2"), names("x,x\n1,2\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a,b|1.5,x|2.5,y|",
                "a;b|1.5;x|2.5;y|",
                "a\tb|1.5\tx|2.5\ty|",
                "a|b\n1.5|x\n2.5|y\n",
                "a,b\r1.5,x\r2.5,y\r",
                "a,b|1.5,x|2.5,y",
                "a,b|1.5,x|2.5,y|||",
                "a,b\r\n1.5,x\r\n2.5,y\r\n\r\n",
                "a,b\n1.5,x\r\n2.5,y",
                "\uFEFFa,b|1.5,x|2.5,y|",
                " a , b | 1.5 , x | 2.5 , y |",
                "\"a\",\"b\"|\"1.5\",\"x\"|\"2.5\",\"y\"|",
                "'a','b'|'1.5','x'|'2.5','y'|",
                "# one|# two, three|a,b|1.5,x|2.5,y|",
                "a,b|1.5,x|# in between|2.5,y|# end, of, it|",
                "|a,b||1.5,x|2.5,y|",
            })
    void readsDialects(String text) {
        // A bar stands for a line break, where it is not the separator.
        String lines = text.contains("\n") ? text : text.replace('|', '\n');
        try (TableFile file = open(lines)) {
            assertEquals(
                    Table.of(List.of(numbers("a", 1.5, 2.5), texts("b", "x", "y"))), file.read());
            assertEquals(List.of(), certain(file));
        }
    }

    @Test
    void readsQuotesWithSeparatorsQuotesAndLineBreaksInside() {
        assertEquals(
                texts("b", "x, y", "line\r\nbreak", "say \"hi\"", "# no comment"),
                column(
                        "a,b\r\n1,\"x, y\"\r\n2,\"line\r\nbreak\"\r\n3,\"say \"\"hi\"\"\"\r\n"
                                + "4,# no comment\r\n",
                        "b"));
        assertEquals(
                texts("a", "x \"q\", y", "z"), column("a,b\n\"x \\\"q\\\", y\",1\n\"z\",2\n", "a"));
    }

    @Test
    void leavesHashesOfDataAlone() {
        assertEquals(
                texts("colour", "#ff0000", "#00ff00"),
                column("colour,n\n#ff0000,1\n#00ff00,2\n", "colour"));
        assertEquals(texts("x", "a#1", "b # 2"), column("n,x\n1,a#1\n2,b # 2\n", "x"));
    }

    @Test
    void leavesTitlesOut() {
        try (TableFile file = open("Report of 2019\n\na,b,c\n1,2,3\n4,5,6\n")) {
            assertEquals(List.of("a", "b", "c"), file.names());
            assertEquals(2, file.rows());
            assertEquals(
                    List.of(
                            "data.csv: lines 1 to 2 were left out, since they have one field and"
                                    + " the rows 3"),
                    file.notes());
        }
    }

    @Test
    void readsTextsOfOneColumn() {
        assertEquals(
                texts("text", "Hello, world", "foo", "bar, baz, qux"),
                column("text\nHello, world\nfoo\nbar, baz, qux\n", "text"));
        // A blank line is no row, an empty text is a missing one.
        assertEquals(numbers("x", 1, 2, Double.NaN, 3), column("x\n1\n\n2\n\"\"\n3\n\n", "x"));
    }

    @Test
    void readsDecimalCommas() {
        String text = "a;b\n1,5;-2,25\n3;4e2\n";
        try (TableFile file = open(text, ReadOptions.DEFAULT.withDecimal(','))) {
            assertEquals(
                    Table.of(List.of(numbers("a", 1.5, 3), numbers("b", -2.25, 400))), file.read());
        }
        try (TableFile file = open("a;b\n1,5;x\n3;y\n")) {
            assertEquals(
                    List.of(
                            "column a: cells such as 1,5 are numbers with a decimal comma; if all"
                                    + " are, say --decimal ,"),
                    file.notes());
        }
        assertEquals(List.of("column1", "column2"), names("1,5;2,5\n3,5;2,5\n"));
    }

    @Test
    void readsOtherEncodings() {
        String text = "a,b\n1,f\u00fcr\n";
        assertEquals(
                texts("b", "f\u00fcr"),
                read(
                        write("data.csv", text, StandardCharsets.ISO_8859_1),
                        ReadOptions.DEFAULT.withEncoding("latin-1"),
                        "b"));
        // UTF-16 of Java has a byte order mark.
        Path marked = write("data.csv", text, StandardCharsets.UTF_16);
        assertEquals(texts("b", "f\u00fcr"), read(marked, ReadOptions.DEFAULT, "b"));
        Path unmarked = write("data.csv", text, StandardCharsets.UTF_16LE);
        assertEquals(
                texts("b", "f\u00fcr"),
                read(unmarked, ReadOptions.DEFAULT.withEncoding("utf-16le"), "b"));
        refused(
                "data.csv: expected a file of CSV, JSON or Parquet, got other bytes; if it is text,"
                        + " say its encoding, such as --encoding utf-16le",
                () -> TableFile.open(unmarked.toString(), ReadOptions.DEFAULT));
        Path latin = write("data.csv", text, StandardCharsets.ISO_8859_1);
        refused(
                "data.csv line 2: expected UTF-8 text, got other bytes; say the encoding, such as"
                        + " --encoding latin-1",
                () -> TableFile.open(latin.toString(), ReadOptions.DEFAULT));
        refused(
                "data.csv: expected text in US-ASCII, got other bytes",
                () -> TableFile.open(latin.toString(), ReadOptions.DEFAULT.withEncoding("ascii")));
    }

    @Test
    void readsGzip() throws IOException {
        Path file = folder.resolve("data.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(PENGUINS.getBytes(StandardCharsets.UTF_8));
        }
        try (TableFile plain = open(PENGUINS);
                TableFile zipped = TableFile.open(file.toString(), ReadOptions.DEFAULT)) {
            assertEquals(plain.read(), zipped.read());
        }
    }

    @Test
    void readsParquet() throws SQLException {
        Path file = folder.resolve("data");
        sql(
                "COPY (SELECT * FROM (VALUES"
                        + " (1, 1.5::FLOAT, 9007199254740993, '007', true, DATE '2020-01-02',"
                        + " TIMESTAMP '2020-01-02 03:04:05.5', 2.25, 'nan'::DOUBLE, [1, 2]),"
                        + " (NULL, NULL, 1, 'NA', NULL, NULL, NULL, NULL, 'inf'::DOUBLE, NULL))"
                        + " t(i, f, big, code, b, d, t, dec, x, l)) TO "
                        + Duck.literal(file.toString())
                        + " (FORMAT parquet)");
        double nan = Double.NaN;
        try (TableFile table = TableFile.open(file.toString(), ReadOptions.DEFAULT)) {
            assertEquals(
                    Table.of(
                            List.of(
                                    numbers("i", 1, nan),
                                    numbers("f", 1.5, nan),
                                    texts("big", "9007199254740993", "1"),
                                    texts("code", "007", null),
                                    texts("b", "true", null),
                                    new TableColumn.Times("d", new double[] {1577923200, nan}),
                                    new TableColumn.Times("t", new double[] {1577934245.5, nan}),
                                    numbers("dec", 2.25, nan),
                                    numbers("x", nan, Double.POSITIVE_INFINITY),
                                    texts("l", "[1,2]", null))),
                    table.read());
            assertEquals(Map.of("d", "yyyy-MM-dd", "t", "yyyy-MM-dd HH:mm:ss"), table.formats());
            assertEquals(
                    List.of(
                            "column big: kept as text, since 1 of 2 whole numbers are beyond 2^53"
                                    + " and would be rounded",
                            "column x: 2 of 2 numbers are infinite or not a number"),
                    table.notes());
        }
    }

    @Test
    void readsJson() {
        String rows =
                "{\"a\": 1, \"b\": \"x\", \"t\": \"2019-03-23T20:21:09Z\", \"f\": true}%s"
                        + "{\"a\": 2.5, \"t\": \"2019-03-23T20:21:10Z\", \"n\": {\"k\": [1]}}";
        Path array = write("a.json", "[" + rows.formatted(", ") + "]", StandardCharsets.UTF_8);
        Path lines = write("b.ndjson", rows.formatted("\n"), StandardCharsets.UTF_8);
        Path unnamed = write("c", rows.formatted("\n"), StandardCharsets.UTF_8);
        for (Path path : List.of(array, lines, unnamed)) {
            try (TableFile file = TableFile.open(path.toString(), ReadOptions.DEFAULT)) {
                assertEquals(
                        Table.of(
                                List.of(
                                        numbers("a", 1, 2.5),
                                        texts("b", "x", null),
                                        new TableColumn.Times(
                                                "t", new double[] {1553372469, 1553372470}),
                                        texts("f", "true", null),
                                        texts("n", null, "{\"k\":[1]}"))),
                        file.read());
                assertEquals(Map.of("t", "yyyy-MM-dd'T'HH:mm:ss'Z'"), file.formats());
            }
        }
        Path broken = write("d.json", "[{\"a\": 1}, {\"a\": 2", StandardCharsets.UTF_8);
        refused(
                "d.json: Malformed JSON in file",
                () -> TableFile.open(broken.toString(), ReadOptions.DEFAULT));
    }

    @Test
    void keepsTextsAsTheyAre() {
        assertEquals(texts("x", "True", "False"), column("x,y\nTrue,1\nFalse,2\n", "x"));
        assertEquals(numbers("x", 0, 1), column("x,y\n0,a\n1,b\n", "x"));
        assertEquals(texts("x", "1_000", "5"), column("x,y\n1_000,1\n5,2\n", "x"));
    }

    @Test
    void neverRoundsCodesAndLargeNumbers() {
        try (TableFile file =
                open(
                        "zip,big,edge,x\n00712,9007199254740993,9007199254740991,0.5\n10115,1,0,0\n")) {
            assertEquals("TTNN", kinds(file.read()));
            assertEquals("00712", text(file.read(), "zip", 0));
            assertEquals("9007199254740993", text(file.read(), "big", 0));
            assertEquals(9007199254740991.0, number(file.read(), "edge", 0));
            assertEquals(
                    List.of(
                            "column zip: kept as text, since 1 of 2 numbers begin with 0, as codes"
                                    + " do",
                            "column big: kept as text, since 1 of 2 whole numbers are beyond 2^53"
                                    + " and would be rounded"),
                    file.notes());
        }
    }

    @Test
    void takesUsualWordsForMissingCells() {
        double nan = Double.NaN;
        assertEquals(
                numbers("x", 1, nan, nan, nan, nan, nan, nan, nan, nan, nan, 2),
                column(
                        "x,y\n1,a\n,a\nNA,a\nN/A,a\nNaN,a\nnan,a\nnull,a\nNULL,a\nNone,a\n ? ,a\n"
                                + "2,a\n",
                        "x"));
        assertEquals(texts("x", null, null), column("y,x\n1,\n2,NA\n", "x"));
        ReadOptions options = ReadOptions.DEFAULT.plusMissing("-999", "unknown");
        assertEquals(
                numbers("x", 1, nan, nan, nan, nan),
                column("x,y\n1,a\n-999,a\n-999.0,a\nunknown,a\n,a\n", "x", options));
        assertEquals(
                texts("x", "NA", null),
                column("x,y\nNA,1\n-,2\n", "x", ReadOptions.DEFAULT.withMissing(List.of("-"))));
    }

    @Test
    void saysWhichFewTextsAreAmongNumbersAndTimes() {
        StringBuilder text = new StringBuilder("x,d\n");
        for (int i = 0; i < 9998; i++) {
            text.append(i * 0.5).append(",2020-01-").append(10 + i % 20).append('\n');
        }
        text.append("unknown,2020-01-01\nunknown,n. d.\n");
        try (TableFile file = open(text.toString())) {
            assertEquals("TT", kinds(file.read()));
            assertEquals(
                    List.of(
                            "column x: 9,998 of 10,000 cells are numbers, others are 'unknown' (2);"
                                    + " if that means missing, say --missing unknown",
                            "column d: 9,999 of 10,000 cells are times of the form yyyy-MM-dd,"
                                    + " others are 'n. d.' (1); if that means missing, say"
                                    + " --missing 'n. d.'"),
                    file.notes());
        }
        ReadOptions options = ReadOptions.DEFAULT.plusMissing("unknown", "n. d.");
        try (TableFile file = open(text.toString(), options)) {
            assertEquals("ND", kinds(file.read()));
            assertEquals(List.of(), file.notes());
        }
        try (TableFile file = open("x,y\n1,a\n2,a\n3,a\n4,a\ninf,a\nb,a\nc,a\n")) {
            assertEquals(
                    "column x: 4 of 7 cells are numbers, others are 'b' (1), 'c' (1), 'inf' (1); if"
                            + " that means missing, say --missing b --missing c --missing inf",
                    file.notes().get(0));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "2019-03-23 20:21:09 ! 2019-03-24 20:21:09 ! yyyy-MM-dd HH:mm:ss ! 1553372469",
                "2019-03-23 ! 2019-12-24 ! yyyy-MM-dd ! 1553299200",
                "2019-3-9 ! 2019-12-24 ! yyyy-M-d ! 1552089600",
                "2019/03/23 20:21 ! 2019/03/24 20:21 ! yyyy/MM/dd HH:mm ! 1553372460",
                "1949-01 ! 1960-12 ! yyyy-MM ! -662688000",
                "23.03.2019 ! 24.03.2019 ! dd.MM.yyyy ! 1553299200",
                "3/23/19 ! 12/4/19 ! M/d/yy ! 1553299200",
                "23/03/2019 ! 24/12/2019 ! dd/MM/yyyy ! 1553299200",
                "03/23/2019 8:21 PM ! 03/23/2019 11:21 AM ! MM/dd/yyyy h:mm a ! 1553372460",
                "23-Mar-2019 ! 4-Apr-2019 ! d-MMM-yyyy ! 1553299200",
                "23 March 2019 ! 24 May 2019 ! dd MMMM yyyy ! 1553299200",
                "March 23, 2019 ! May 24, 2019 ! MMMM dd, yyyy ! 1553299200",
                "2019-03-23T20:21:09Z ! 2019-03-24T20:21:09Z ! yyyy-MM-dd'T'HH:mm:ss'Z' ! 1553372469",
                "2019-03-23 20:21:09.25 ! 2019-03-24 20:21:09.50 ! yyyy-MM-dd HH:mm:ss.SS ! 1553372469.25",
                "2019-03-23 20:21:09.250000 ! 2019-03-24 20:21:09 ! yyyy-MM-dd HH:mm:ss.SSSSSS ! 1553372469.25",
                "2019-03-23 20:21:09 UTC ! 2019-03-24 20:21:09 UTC ! yyyy-MM-dd HH:mm:ss 'UTC' ! 1553372469",
                "2019-03-23 22:21:09+02:00 ! 2019-03-24 20:21:09-05:30 ! yyyy-MM-dd HH:mm:ssxxx ! 1553372469",
                "2019-03-23T20:21:09Z ! 2019-03-23T20:21:09+01:00 ! yyyy-MM-dd'T'HH:mm:ssXXX ! 1553372469",
            })
    void readsTimesAndTheirForm(String first, String second, String form, double seconds) {
        String text = "at;n\n" + first + ";1\n;2\n" + second + ";3\n";
        try (TableFile file = open(text)) {
            TableColumn.Times times = (TableColumn.Times) file.read().column("at");
            assertEquals(Map.of("at", form), file.formats());
            assertEquals(List.of(), file.notes());
            assertEquals(seconds, times.value(0), 1e-6);
            assertTrue(times.isMissing(1));
            DateTimeFormatter formatter =
                    DateTimeFormatter.ofPattern(form, Locale.ENGLISH).withZone(ZoneOffset.UTC);
            String written = formatter.format(Instant.ofEpochMilli(Math.round(seconds * 1000)));
            assertEquals(first.replace("22:21:09+02:00", "20:21:09+00:00"), written);
        }
    }

    @Test
    void asksWhetherTheDayOrTheMonthIsFirst() {
        try (TableFile file = open("d,x\n03/04/2019,1\n05/06/2019,2\n")) {
            assertEquals(Map.of("d", "MM/dd/yyyy"), file.formats());
            assertTrue(
                    file.notes()
                            .get(0)
                            .startsWith(
                                    "column d: 03/04/2019 can be day or month first, taken as month"
                                            + " first;"),
                    () -> "" + file.notes());
        }
        try (TableFile file = open("d,x\n03.04.2019,1\n05.06.2019,2\n")) {
            assertEquals(Map.of("d", "dd.MM.yyyy"), file.formats());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "a,b|1,2|3 ! line 3: expected 2 fields, got 1; complete the line, quote fields that hold the separator, or say which separator it is (--separator)",
                "a,b|1,2|3,4,5 ! line 3: expected 2 fields, got 3",
                "1,2|1,2,3|4,5,6 ! line 1: expected 3 fields, got 2",
                "a,b|x,1,2|y,3,4 ! line 1: expected 3 fields, got 2; complete the line, quote fields that hold the separator, or say which separator it is (--separator); a header needs a name for each column, also for one of row names",
                "a,b|1,\"x|2,y ! line 2: expected a quote at the end of a quoted field, got none",
                "a,b|1,\"x\"y|2,y ! line 2: expected",
            })
    void refusesMalformedFiles(String text, String message) {
        refused("data.csv " + message, () -> open(text.replace('|', '\n')));
    }

    @Test
    void refusesMalformedLinesFarDown() {
        StringBuilder text = new StringBuilder("a,b\n");
        for (int i = 0; i < 400_000; i++) {
            text.append(i).append(",2\n");
        }
        refused("data.csv line 400002: expected 2 fields, got 3", () -> open(text + "1,2,3\n"));
        // A comment there is none.
        try (TableFile file = open(text + "# comment\n1,2\n")) {
            assertEquals(400_001, file.rows());
        }
    }

    @Test
    void refusesWhatIsNoFile() {
        refused("data.csv: expected rows, got an empty file", () -> open(""));
        String missing = folder.resolve("missing.csv").toString();
        refused(
                missing + ": expected a file, got none of this name",
                () -> TableFile.open(missing, ReadOptions.DEFAULT));
        refused(
                folder + ": expected a file, got a folder",
                () -> TableFile.open(folder.toString(), ReadOptions.DEFAULT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"it's.csv", "sp ace; DROP TABLE x --.csv", "a[1].csv", "a{b}.csv"})
    void takesAnyNameOfAFile(String name) {
        Path file = write(name, "a\"b',c\n1,2\n", StandardCharsets.UTF_8);
        assertEquals(numbers("c", 2), read(file, ReadOptions.DEFAULT, "c"));
        try (TableFile table =
                TableFile.query(
                        "SELECT c FROM " + Duck.identifier(file.toString()), ReadOptions.DEFAULT)) {
            assertEquals(numbers("c", 2), table.read().column("c"));
        }
    }

    @Test
    void takesAnyNameOfAColumn() {
        try (TableFile file = open("\"a\"\"b'c\",\"x; DROP TABLE t\"\n1,2\n3,4\n")) {
            assertEquals(List.of("a\"b'c", "x; DROP TABLE t"), file.names());
            assertEquals(4, number(file.read(), "x; DROP TABLE t", 1));
        }
    }

    @Test
    void readsStandardInputTwice() throws IOException {
        InputStream before = System.in;
        try (Stream<Path> files = Files.list(temporary())) {
            List<Path> old = files.toList();
            System.setIn(new ByteArrayInputStream(PENGUINS.getBytes(StandardCharsets.UTF_8)));
            try (TableFile file = TableFile.open("-", ReadOptions.DEFAULT)) {
                assertEquals(3, file.read().rows());
                assertEquals(file.read(), file.read());
            }
            System.setIn(
                    new ByteArrayInputStream("a,b\n1,2\n3\n".getBytes(StandardCharsets.UTF_8)));
            refused(
                    "standard input line 3: expected 2 fields",
                    () -> TableFile.open("-", ReadOptions.DEFAULT));
            try (Stream<Path> now = Files.list(temporary())) {
                assertEquals(
                        List.of(),
                        now.filter(path -> !old.contains(path))
                                .filter(path -> path.toString().contains("flows-table"))
                                .toList());
            }
        } finally {
            System.setIn(before);
        }
    }

    /** A process that is killed cannot delete its copies. */
    @Test
    void deletesWhatProcessesLeftThatAreGone() throws IOException {
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        long none = 999_999_999;
        long own = ProcessHandle.current().pid();
        List<Path> folders = new ArrayList<>();
        for (long process : new long[] {none, none, own}) {
            Path left = Files.createTempDirectory("flows-table-" + process + "-");
            Files.writeString(left.resolve("table1"), "a,b");
            folders.add(left);
        }
        Files.setLastModifiedTime(folders.get(0), longAgo);
        Files.setLastModifiedTime(folders.get(2), longAgo);
        try (TableFile file = open(PENGUINS)) {
            assertEquals(3, file.rows());
            assertEquals(List.of(false, true, true), folders.stream().map(Files::exists).toList());
        } finally {
            folders.stream().filter(Files::exists).forEach(InputCopy::delete);
        }
    }

    private static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    @Test
    void runsQueriesOverFilesAsTheyAreReadHere() {
        String file =
                "'"
                        + write(
                                "data.csv",
                                "zip,d,x\n007,1/2/2019,1\n100,1/30/2019,2\n,,3\n",
                                StandardCharsets.UTF_8)
                        + "'";
        String sql =
                "SELECT zip, x * 2 AS y, d FROM " + file + " WHERE x < 3 ORDER BY x DESC -- end";
        try (TableFile table = TableFile.query(sql, ReadOptions.DEFAULT)) {
            assertEquals(
                    Table.of(
                            List.of(
                                    texts("zip", "100", "007"),
                                    numbers("y", 4, 2),
                                    new TableColumn.Times(
                                            "d", new double[] {1548806400, 1546387200}))),
                    table.read());
            assertEquals(Map.of("d", "M/d/yyyy"), table.formats());
        }
        try (TableFile table =
                TableFile.query(
                        "WITH f AS (SELECT * FROM " + file + ") SELECT count(*) AS n FROM f;",
                        ReadOptions.DEFAULT)) {
            assertEquals(numbers("n", 3), table.read().column("n"));
        }
        refused(
                "query: Referenced column \"z\" not found in FROM clause! Candidate bindings:",
                () -> TableFile.query("SELECT z FROM " + file, ReadOptions.DEFAULT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "DROP TABLE x ! query: expected one SELECT, got an error: Only SELECT",
                "SELECT 1; SELECT 2 ! query: expected one SELECT, got 2 statements",
                "SELECT 1) t; DROP VIEW x; SELECT (1 ! query: expected one SELECT, got an error: syntax",
                "COPY (SELECT 1) TO 'x.csv' ! query: expected one SELECT, got an error",
                "INSTALL httpfs ! query: expected one SELECT, got an error",
                "SET memory_limit = '9GB' ! query: expected one SELECT, got an error",
                "SELEC 1 ! query: expected one SELECT, got an error: syntax error",
                "SELECT * FROM 'https://example.org/a.csv' ! requires the extension httpfs",
                "SELECT * FROM 'missing.csv' ! query: No files found that match",
            })
    void refusesOtherStatements(String sql, String message) {
        IllegalArgumentException thrown =
                refused(message, () -> TableFile.query(sql, ReadOptions.DEFAULT));
        assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
    }

    @Test
    void refusesFilesAndResultsThatChange() throws IOException {
        try (TableFile file = open("x,y\n1,2\n")) {
            Files.writeString(folder.resolve("data.csv"), "x,y\n1,2\n3,4\n");
            refused("expected the same 1 rows in every pass, got others", file::read);
        }
        String random = "SELECT 1 AS x FROM range(1000) WHERE random() < 0.5";
        try (TableFile file = TableFile.query(random, ReadOptions.DEFAULT)) {
            refused(
                    "rows in every pass, got others",
                    () -> {
                        for (int i = 0; i < 100; i++) {
                            file.forEachChunk(10, chunk -> {});
                        }
                    });
        }
    }

    @Test
    void readsWideTables() {
        Random random = new Random(5);
        int width = 450;
        StringBuilder text = new StringBuilder();
        for (int j = 0; j < width; j++) {
            text.append(j == 0 ? "" : ",").append("v").append(j);
        }
        double[][] rows = new double[4][width];
        for (double[] row : rows) {
            Arrays.setAll(row, j -> random.nextGaussian());
            text.append('\n').append(Arrays.toString(row).replaceAll("[\\[\\] ]", ""));
        }
        try (TableFile file = open(text.toString())) {
            assertEquals(Table.ofNumbers(file.names(), rows), file.read());
        }
    }

    /** The whole point of chunks: a heap that is smaller than the file. */
    @Test
    void needsLittleMemory() throws IOException, InterruptedException {
        Path file = folder.resolve("large.csv");
        int rows = 2_000_000;
        try (Writer out = Files.newBufferedWriter(file)) {
            out.write("i,x,y,word\n");
            for (int i = 0; i < rows; i++) {
                out.write(i + "," + i * 0.25 + "," + (i % 1000) + ",word" + i + "\n");
            }
        }
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Large.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        assertEquals("" + rows, said.strip());
    }

    /** Runs in a process of its own. */
    static final class Large {

        private Large() {}

        public static void main(String[] arguments) {
            long[] rows = {0};
            try (TableFile file = TableFile.open(arguments[0], ReadOptions.DEFAULT)) {
                file.forEachChunk(
                        65_536,
                        chunk -> {
                            double first = number(chunk, "i", 0);
                            if (first != rows[0]) {
                                throw new IllegalStateException("expected row " + rows[0]);
                            }
                            rows[0] += chunk.rows();
                        });
            }
            System.out.println(rows[0]);
        }
    }

    @Test
    void saysHowACsvFileIsWritten() {
        String text = "Ort;x;y;z\nA;1,50;3,0;1e3\n'B;C';2,25;4;1,5\n;;;\n";
        try (TableFile file = open(text, ReadOptions.DEFAULT.withDecimal(','))) {
            assertEquals(
                    new CsvFormat(
                            List.of("Ort", "x", "y", "z"), true, ";", ",", "'", Map.of("x", 2)),
                    file.csv());
        }
        try (TableFile file = open("1.0\t2\n2.5\t3\n")) {
            assertEquals(
                    new CsvFormat(
                            List.of("column1", "column2"),
                            false,
                            "\t",
                            ".",
                            "\"",
                            Map.of("column1", 1)),
                    file.csv());
            String sql = "SELECT column1 AS a FROM '" + folder.resolve("data.csv") + "'";
            try (TableFile query = TableFile.query(sql, ReadOptions.DEFAULT)) {
                assertEquals(CsvFormat.usual(List.of("a")), query.csv());
            }
        }
        try (TableFile file = open("a\n0.123456\n0.5000000\n")) {
            assertEquals(Map.of("a", 6), file.csv().decimals());
        }
        try (TableFile file = open("a\n0.12345678\n0.5000000\n")) {
            assertEquals(Map.of("a", 1), file.csv().decimals());
        }
        try (TableFile file = open("only\na\nb\n")) {
            assertEquals(CsvFormat.usual(List.of("only")), file.csv());
        }
    }

    /** Notes but those on a header of which nothing can be sure in two rows. */
    private static List<String> certain(TableFile file) {
        return file.notes().stream().filter(note -> !note.contains("was taken for")).toList();
    }

    private TableFile open(String text) {
        return open(text, ReadOptions.DEFAULT);
    }

    private TableFile open(String text, ReadOptions options) {
        return TableFile.open(write("data.csv", text, StandardCharsets.UTF_8).toString(), options);
    }

    private List<String> names(String text) {
        try (TableFile file = open(text)) {
            return file.names();
        }
    }

    private TableColumn column(String text, String name) {
        return column(text, name, ReadOptions.DEFAULT);
    }

    private TableColumn column(String text, String name, ReadOptions options) {
        return read(write("data.csv", text, StandardCharsets.UTF_8), options, name);
    }

    private static TableColumn read(Path path, ReadOptions options, String name) {
        try (TableFile file = TableFile.open(path.toString(), options)) {
            return file.read().column(name);
        }
    }

    private Path write(String name, String text, Charset encoding) {
        try {
            return Files.writeString(folder.resolve(name), text, encoding);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static TableColumn numbers(String name, double... values) {
        return new TableColumn.Numbers(name, values);
    }

    private static TableColumn texts(String name, String... values) {
        return new TableColumn.Texts(name, values);
    }

    private static double number(Table table, String name, int row) {
        return ((TableColumn.Numbers) table.column(name)).value(row);
    }

    private static String text(Table table, String name, int row) {
        return ((TableColumn.Texts) table.column(name)).value(row);
    }

    private static String kinds(Table table) {
        StringBuilder kinds = new StringBuilder();
        for (TableColumn column : table.columns()) {
            kinds.append(
                    column instanceof TableColumn.Numbers
                            ? 'N'
                            : column instanceof TableColumn.Times ? 'D' : 'T');
        }
        return kinds.toString();
    }

    private static IllegalArgumentException refused(String message, Executable call) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, call);
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
        return thrown;
    }
}
