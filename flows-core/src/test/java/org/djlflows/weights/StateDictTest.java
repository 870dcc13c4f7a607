package org.djlflows.weights;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.doubles;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files are made by {@code make.py} beside them, with PyTorch 2.13. */
class StateDictTest {

    private static final List<String> MODULE =
            List.of(
                    "0.weight",
                    "0.bias",
                    "1.weight",
                    "1.bias",
                    "1.running_mean",
                    "1.running_var",
                    "1.num_batches_tracked");

    @TempDir private Path folder;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Path resource(String name) {
        try {
            return Path.of(StateDictTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private void assertHolds(StateDict tensors, String name, Shape shape, double... values)
            throws IOException {
        assertEquals(shape, tensors.shape(name));
        NDArray array = tensors.get(name, manager);
        assertEquals(shape, array.getShape());
        assertArrayEquals(values, doubles(array), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"module.pth", "protocol4.pth"})
    void stateDict(String file) throws IOException {
        assertIsModule(StateDict.read(resource(file)));
    }

    private void assertIsModule(StateDict tensors) throws IOException {
        assertEquals(MODULE, List.copyOf(tensors.names()));
        assertHolds(tensors, "0.weight", new Shape(2, 3), 0, 1, 2, 3, 4, 5);
        assertHolds(tensors, "0.bias", new Shape(2), 10, 11);
        assertHolds(tensors, "1.weight", new Shape(2), 20, 21);
        assertHolds(tensors, "1.running_var", new Shape(2), 1, 1);
        assertHolds(tensors, "1.num_batches_tracked", new Shape(), 0);
        assertEquals(DataType.INT64, tensors.get("1.num_batches_tracked", manager).getDataType());
    }

    @Test
    void nestedAmongOtherThings() throws IOException {
        StateDict all = StateDict.read(resource("nested.pth"));
        assertIsModule(all.under("model."));
        assertHolds(all, "optimizer.state.0.step", new Shape(), 7);
        assertEquals(MODULE.size() + 1, all.names().size());
        assertRefused(IOException.class, "under ema.", () -> all.under("ema."));
        assertRefused(IOException.class, "a tensor w, got none", () -> all.get("w", manager));
    }

    @Test
    void parameters() throws IOException {
        StateDict tensors = StateDict.read(resource("parameter.pth"));
        assertHolds(tensors, "w", new Shape(2, 3), 0, 1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pth", "checkpoint4.pth"})
    void tensorsInListsAndWhatIsHeldTwice(String file) throws IOException {
        StateDict tensors = StateDict.read(resource(file));
        assertEquals(
                List.of(
                        "model.w",
                        "best.w",
                        "shadow_params.0",
                        "shadow_params.1",
                        "again.0",
                        "again.1",
                        "pair.0",
                        "pair.1.deep.0"),
                List.copyOf(tensors.names()));
        assertHolds(tensors, "shadow_params.1", new Shape(2, 3), 1, 2, 3, 4, 5, 6);
        assertHolds(tensors, "again.0", new Shape(2, 3), 0, 1, 2, 3, 4, 5);
        assertHolds(tensors, "pair.1.deep.0", new Shape(3), 0, 1, 2);
    }

    @Test
    void tensorsThatWouldBeWrongAreRefused() {
        refuses(resource("negative.pth"), "a lazy negative or conjugate");
        refuses(resource("tuple.pth"), "a key that is neither text nor a number");
    }

    @Test
    void viewsOfOneStorage() throws IOException {
        StateDict tensors = StateDict.read(resource("views.pth"));
        double[] transposed = new double[24];
        for (int i = 0; i < transposed.length; i++) {
            transposed[i] = 4 * (i % 6) + i / 6;
        }
        assertHolds(tensors, "transposed", new Shape(4, 2, 3), transposed);
        assertHolds(tensors, "part", new Shape(2, 2), 16, 18, 20, 22);
        assertHolds(tensors, "column", new Shape(2), 3, 15);
        assertHolds(tensors, "scalar", new Shape(), 23);
        assertHolds(tensors, "empty", new Shape(2, 0, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"types.pth", "types.safetensors"})
    void narrowTypesAreWidened(String file) throws IOException {
        StateDict tensors = StateDict.read(resource(file));
        double infinity = Double.POSITIVE_INFINITY;
        Shape shape = new Shape(8);
        assertHolds(tensors, "half", shape, 0, -0d, 1, -2.5, 65504, 0x1p-24, infinity, Double.NaN);
        double rounded = 0x1.02p-24;
        assertHolds(
                tensors, "bfloat16", shape, 0, -0d, 1, -2.5, 65536, rounded, infinity, Double.NaN);
        assertEquals(DataType.FLOAT32, tensors.get("half", manager).getDataType());
        long[] longs = tensors.get("long", manager).toLongArray();
        assertArrayEquals(new long[] {(1L << 62) + 1, -1}, longs);
    }

    @Test
    void wideAndIntegralTypes() throws IOException {
        StateDict tensors = StateDict.read(resource("types.pth"));
        NDArray wide = tensors.get("double", manager);
        assertEquals(DataType.FLOAT64, wide.getDataType());
        assertEquals(-2.5 / 3, wide.toDoubleArray()[3]);
        assertHolds(tensors, "int", new Shape(2), -3, 5);
        assertHolds(tensors, "short", new Shape(2), -300, 5);
        assertHolds(tensors, "char", new Shape(1), -3);
        assertHolds(tensors, "byte", new Shape(1), 200);
        assertHolds(tensors, "bool", new Shape(2), 1, 0);
    }

    @Test
    void functionsAreRefusedAndNotRun() {
        refuses(resource("malicious.pth"), "posix.system, which is not loaded");
        refuses(resource("whole.pth"), "torch.nn.modules.container.Sequential");
    }

    @Test
    void otherFilesAreRefusedWithAdvice() throws IOException {
        refuses(resource("legacy.pth"), "save it again with torch.save(torch.load(file), file)");
        refuses(resource("expanded.pth"), "clone() expanded tensors");
        refuses(resource("make.py"), "neither safetensors nor a file of torch.save");
        refuses(folder.resolve("missing.pth"), "no file");
        Path empty = Files.createFile(folder.resolve("empty.pth"));
        refuses(empty, "neither safetensors nor");
    }

    @Test
    void tornAndDamagedFilesAreNamed() throws IOException {
        for (String name : List.of("module.pth", "types.safetensors")) {
            byte[] whole = Files.readAllBytes(resource(name));
            Path file = folder.resolve(name);
            Map<String, List<Double>> expected = contents(resource(name));
            for (int at = 0; at < whole.length; at += 17) {
                Files.write(file, Arrays.copyOf(whole, at));
                refuses(file, "");
            }
            boolean checked = name.endsWith(".pth");
            int refused = 0;
            for (int at = 0; at < whole.length; at += checked ? 11 : 1) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 0x14;
                Files.write(file, damaged);
                try {
                    Map<String, List<Double>> contents = contents(file);
                    // Some bytes of an archive, such as times, have no meaning here; safetensors
                    // has no checksums.
                    if (checked) {
                        assertEquals(expected, contents, "byte " + at);
                    }
                } catch (IOException e) {
                    refused++;
                    assertEquals(0, e.getMessage().indexOf(file.toString()), e.getMessage());
                }
            }
            assertTrue(refused > 100, name + " " + refused);
        }
    }

    private Map<String, List<Double>> contents(Path file) throws IOException {
        StateDict tensors = StateDict.read(file);
        Map<String, List<Double>> contents = new TreeMap<>();
        for (String name : tensors.names()) {
            contents.put(name, Arrays.stream(doubles(tensors.get(name, manager))).boxed().toList());
        }
        return contents;
    }

    @Test
    void picklesThatMisleadAreRefused() throws IOException {
        // A dictionary and a list that hold themselves, and lists that hold the one before twice.
        refusesPickle("}q\0X\1\0\0\0ah\0s.", "nested too deeply");
        refusesPickle("}X\1\0\0\0a]q\0h\0as.", "nested too deeply");
        String twice = "]h\0ah\0aq\0";
        refusesPickle("]q\0" + twice.repeat(30) + "}X\1\0\0\0ah\0s.", "held too often");
        refusesPickle("N".repeat((1 << 22) + 1) + ".", "more than 4194304 operations");
        refusesPickle("}X\1\0\0\0a\213\377\377\377\377s.", "a damaged data.pkl");
        refusesPickle("}X\1\0\0\0aC\2s.", "a damaged data.pkl");
        refusesPickle("(X\1\0\0\0al.", "operation 0x6c");
        refusesPickle("}X\377\377\377\177a", "a damaged data.pkl");
        refusesPickle("}", "a damaged data.pkl");
        refusesPickle("}}", "a damaged data.pkl");
        refusesPickle("u.", "a damaged data.pkl");
        refusesPickle("h\7.", "a damaged data.pkl");
        refusesPickle("]a.", "a damaged data.pkl");
        refusesPickle("K\1.", "something else than a dictionary");
        refusesPickle("\200\5}.", "pickle protocol 5");
        refusesPickle("cos\nsystem\n)R.", "os.system");
        refusesPickle("ccollections\nOrderedDict\n(K\1tR.", "collections.OrderedDict");
        refusesPickle(storage("torch\nFloatStorage", "2") + ".", "a storage 0 of another size");
        refusesPickle(
                storage("torch\nQInt8Storage", "1") + ".", "tensors of type torch.QInt8Storage");
    }

    @Test
    void viewsThatLeaveTheirStorageAreRefused() throws IOException {
        String storage = storage("torch\nFloatStorage", "\1");
        String tensor = "}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n(" + storage;
        String end = "\211ccollections\nOrderedDict\n)RtRs.";
        StateDict tensors = StateDict.read(pickle(tensor + "K\0K\1\205K\1\205" + end));
        assertHolds(tensors, "a", new Shape(1), 0);
        refusesPickle(tensor + "K\1K\1\205K\1\205" + end, "leaves its storage");
        refusesPickle(tensor + "K\0K\2\205K\1\205" + end, "leaves its storage");
        refusesPickle(tensor + "K\0K\2\205K\0\205" + end, "larger than its storage");
        refusesPickle(tensor + "K\0K\1\205J\377\377\377\377\205" + end, "leaves its storage");
        refusesPickle(tensor + "K\0K\1\205)" + end, "leaves its storage");
        String large = "\212\10\377\377\377\377\377\377\377\177";
        refusesPickle(
                tensor + "K\0" + large + large + "\206K\1K\1\206" + end, "leaves its storage");
        String axes = "(" + "K\1".repeat(65) + "t";
        refusesPickle(tensor + "K\0" + axes + axes + end, "more than 64 axes");
        refusesPickle(tensor + "K\0K\1\205K\1\205\211tRs.", "a tensor of 5 arguments");

        StateDict replaced = StateDict.read(pickle(tensor + "K\0K\1\205K\1\205" + end));
        zip("made/data/0", new byte[8]);
        assertRefused(IOException.class, "another file", () -> replaced.get("a", manager));
    }

    /** The pickle of a storage "0" of the archive, which has four bytes. */
    private static String storage(String type, String elements) {
        String text = "(X\7\0\0\0storagec" + type + "\nX\1\0\0\0" + "0" + "X\3\0\0\0cpuK";
        return text + elements + "tQ";
    }

    private void refusesPickle(String pickle, String reason) throws IOException {
        refuses(pickle(pickle), reason);
    }

    private Path pickle(String pickle) throws IOException {
        return zip(ZipEntry.STORED, pickle);
    }

    private Path zip(int method, String pickle) throws IOException {
        Path file = folder.resolve("made.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(zip, method, "made/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
            add(zip, ZipEntry.STORED, "made/data/0", new byte[4]);
        }
        return file;
    }

    /** Writes an archive of one entry. */
    private Path zip(String name, byte... bytes) throws IOException {
        Path file = folder.resolve("made.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(zip, ZipEntry.STORED, name, bytes);
        }
        return file;
    }

    private static void add(ZipOutputStream zip, int method, String name, byte... bytes)
            throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        entry.setSize(bytes.length);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    @Test
    void compressedArchivesAreRefused() throws IOException {
        refuses(zip(ZipEntry.DEFLATED, "}."), "a compressed entry made/data.pkl");
    }

    @Test
    void archivesThatMisleadAreRefused() throws IOException {
        String dictionary = "}.";
        refuses(zip("made/other"), "a zip file with 0 data.pkl");
        Path file = folder.resolve("made.pth");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : List.of("one/data.pkl", "two/data.pkl")) {
                add(zip, ZipEntry.STORED, name, dictionary.getBytes(StandardCharsets.US_ASCII));
            }
        }
        refuses(file, "a zip file with 2 data.pkl");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(
                    zip,
                    ZipEntry.STORED,
                    "made/data.pkl",
                    dictionary.getBytes(StandardCharsets.US_ASCII));
            add(zip, ZipEntry.STORED, "made/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        }
        refuses(file, "byte order big");

        String storage = storage("torch\nFloatStorage", "\1") + ".";
        claim(pickle(storage), "made/data.pkl", 10_000);
        refuses(file, "made/data.pkl larger than the file");
        claim(pickle(storage), "made/data.pkl", (16 << 20) + 1);
        refuses(file, "made/data.pkl of more than 16777216 bytes");
        claim(pickle(storage), "made/data/0", Integer.MAX_VALUE);
        refuses(file, "made/data/0 of more than 2147483639 bytes");
    }

    /** Overwrites the size of an entry in the directory of an archive. */
    private static void claim(Path file, String name, int size) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(name);
        // The compressed and the uncompressed size lie 26 and 22 bytes before the name.
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(at - 26, size)
                .putInt(at - 22, size);
        Files.write(file, bytes);
    }

    @Test
    void headersThatMisleadAreRefused() throws IOException {
        refusesHeader(Long.MAX_VALUE, "{}", "no whole header");
        refusesHeader(-1, "{}", "no whole header");
        String tensor = "{\"a\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%s]}}";
        refusesHeader(String.format(tensor, "F32", "1", "0,4"), "leaves the file");
        refusesHeader(String.format(tensor, "F32", "1", "0,0"), "does not fit its bytes");
        refusesHeader(String.format(tensor, "F32", "-1", "0,0"), "does not fit its bytes");
        refusesHeader(String.format(tensor, "F8_E4M3", "0", "0,0"), "type F8_E4M3");
        refusesHeader(
                String.format(tensor, "F32", "9223372036854775807,9223372036854775807,0", "0,0"),
                "does not fit its bytes: a");
        refusesHeader(
                String.format(tensor, "U8", "1", "9223372036854775807,-9223372036854775808"),
                "leaves the file: a");
        refusesHeader(String.format(tensor, "U8", "2.9", "0,2"), "a damaged header");
        refusesHeader(String.format(tensor, "U8", "\"2\"", "0,2"), "a damaged header");
        refusesHeader(String.format(tensor, "U8", "1" + ",1".repeat(64), "0,1"), "64 axes");
        String empty = "\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}";
        refusesHeader("{" + empty + "," + empty + "}", "two tensors a");
        refusesHeader("{" + empty.replace("[0],", "[0],\"shape\":[0],") + "}", "two shape of");
        refusesHeader("{" + empty.replace("shape", "form") + "}", "no dtype, shape or");
        refusesHeader("{" + empty + "}{", "a damaged header");
        refusesHeader("{" + empty.replace('"', '\'') + "}", "a damaged header");
        refusesHeader("{\"a\":1}", "a damaged header");
        refusesHeader("{\"a\":" + "[".repeat(100_000), "a damaged header");
        refusesHeader("{\"__metadata__\":" + "[".repeat(100_000), "a damaged header");
    }

    @Test
    void bytesOfNoTensorOrOfTwoAreRefused() throws IOException {
        String two =
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%d,%d]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[%d,%d]}}";
        refusesData(String.format(two, 0, 2, 1, 3), 3, "tensors that overlap at byte 1");
        refusesData(String.format(two, 2, 4, 2, 4), 4, "bytes of no tensor from byte 0");
        refusesData(String.format(two, 0, 2, 0, 2), 2, "tensors that overlap at byte 0");
        refusesData(String.format(two, 3, 5, 0, 2), 5, "bytes of no tensor from byte 2");
        refusesData(String.format(two, 0, 2, 2, 4), 7, "3 bytes behind the last tensor");
        refusesData("{}", 1, "1 bytes behind the last tensor");
        // In any order.
        String header = String.format(two, 2, 4, 0, 2);
        Path file = extended(safetensors(header.length(), header), 4);
        assertEquals(Set.of("a", "b"), StateDict.read(file).names());
    }

    private void refusesData(String header, int bytes, String reason) throws IOException {
        refuses(extended(safetensors(header.length(), header), bytes), reason);
    }

    @Test
    void tensorsAreReadAsStored() throws IOException {
        String header =
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[8,11]},"
                        + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                        + "\"c\":{\"dtype\":\"F32\",\"shape\":[0,2],\"data_offsets\":[11,11]}}";
        Path file = extended(safetensors(header.length(), header), 11);
        NDList arrays = Weights.read(file, manager);
        assertEquals(List.of("a", "b", "c"), arrays.stream().map(NDArray::getName).toList());
        assertEquals(
                List.of(DataType.UINT8, DataType.INT64, DataType.FLOAT32),
                arrays.stream().map(NDArray::getDataType).toList());
        assertEquals(
                List.of(new Shape(3), new Shape(), new Shape(0, 2)),
                arrays.stream().map(NDArray::getShape).toList());
        for (String type : List.of("F16", "BF16", "I16")) {
            String narrow =
                    "{\"a\":{\"dtype\":\"" + type + "\",\"shape\":[2],\"data_offsets\":[0,4]}}";
            Path of16Bits = extended(safetensors(narrow.length(), narrow), 4);
            assertEquals(Set.of("a"), StateDict.read(of16Bits).names());
            assertRefused(
                    IOException.class,
                    ": expected tensors in safetensors, got a tensor of type ",
                    () -> Weights.read(of16Bits, manager));
        }
        Path torch = resource("module.pth");
        assertRefused(
                IOException.class,
                "expected tensors in safetensors, got ",
                () -> Weights.read(torch, manager));
    }

    @Test
    void whatDoesNotFitTheMemoryIsRefused() throws IOException {
        int values = Integer.MAX_VALUE / Long.BYTES + 1;
        String large =
                String.format(
                        "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[%1$d],\"data_offsets\":[0,%1$d]}}",
                        values);
        // Bytes that are not written take no space.
        StateDict tensors = StateDict.read(extended(safetensors(large.length(), large), values));
        assertEquals(new Shape(values), tensors.shape("a"));
        assertRefused(
                IOException.class,
                "268435456 values of 8 bytes, more than an array holds",
                () -> tensors.get("a", manager));
        int length = (16 << 20) + 1;
        refuses(extended(safetensors(length, large), length), "a header of more than 16777216");
    }

    private static Path extended(Path file, long bytes) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(out.length() + bytes);
        }
        return file;
    }

    private void refusesHeader(String header, String reason) throws IOException {
        refusesHeader(header.length(), header, reason);
    }

    private void refusesHeader(long length, String header, String reason) throws IOException {
        refuses(safetensors(length, header), reason);
    }

    private Path safetensors(long length, String header) throws IOException {
        byte[] bytes = new byte[Long.BYTES + header.length()];
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header.getBytes(StandardCharsets.US_ASCII));
        return Files.write(folder.resolve("made.safetensors"), bytes);
    }

    private static void refuses(Path file, String reason) {
        IOException refusal = assertRefused(IOException.class, reason, () -> StateDict.read(file));
        assertEquals(0, refusal.getMessage().indexOf(file.toString()), refusal.getMessage());
    }
}
