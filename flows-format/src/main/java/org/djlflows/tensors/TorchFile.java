package org.djlflows.tensors;

import org.djlflows.files.Excerpt;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The tensors of a file of {@code torch.save}: a zip archive, uncompressed, of a pickle and a file
 * for each storage.
 */
final class TorchFile {

    private static final String PICKLE = "/data.pkl";
    private static final int LARGEST_PICKLE = 16 << 20;
    private static final int DEEPEST = 32;

    /** The characters of all names: containers may be shared, so that a small file has many. */
    private static final long LONGEST_NAMES = 64 << 20;

    /** The last record of an archive, and where it says how long the directory is. */
    private static final int END = 22;

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int DIRECTORY = 12;
    private static final int COMMENT = 20;
    private static final int LARGEST_DIRECTORY = 64 << 20;

    /** Stands for a length that another record holds, which a record before the last locates. */
    private static final long LONG = 0xffffffffL;

    private static final int LOCATOR = 20;
    private static final int LOCATED = 8;
    private static final int LONG_END = 56;
    private static final int LONG_DIRECTORY = 40;

    private final Path file;
    private final ZipFile zip;
    private final String folder;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private long named;
    private volatile SoftReference<Loaded> last = new SoftReference<>(null);

    private static final class Loaded {
        private final String key;
        private final byte[] bytes;

        private Loaded(String key, byte... bytes) {
            this.key = key;
            this.bytes = bytes;
        }
    }

    private TorchFile(Path file, ZipFile zip, String folder) {
        this.file = file;
        this.zip = zip;
        this.folder = folder;
    }

    static Map<String, StoredTensor> read(Path file) throws IOException {
        requireDirectory(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<String> pickles =
                    zip.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.endsWith(PICKLE))
                            .toList();
            if (pickles.size() != 1) {
                throw new IllegalArgumentException(
                        "a zip file with " + pickles.size() + " data.pkl; torch.save writes one");
            }
            String pickle = pickles.get(0);
            String folder = pickle.substring(0, pickle.length() - PICKLE.length());
            return new TorchFile(file, zip, folder).tensors(pickle);
        }
    }

    /** Java makes room for the directory of an archive as long as it claims to be. */
    private static void requireDirectory(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            long end = in.size() - END;
            ByteBuffer last = read(in, end, END);
            // Before a record with a comment that does not fit Java looks for another one.
            if (last.getInt(0) != END_SIGNATURE || last.getShort(COMMENT) != 0) {
                throw new IllegalArgumentException("a zip file that does not end as one");
            }
            long length = Integer.toUnsignedLong(last.getInt(DIRECTORY));
            if (length == LONG) {
                long place = read(in, end - LOCATOR, LOCATOR).getLong(LOCATED);
                length = read(in, place, LONG_END).getLong(LONG_DIRECTORY);
            }
            if (length < 0 || length > LARGEST_DIRECTORY) {
                throw new IllegalArgumentException(
                        "a zip file with a directory of more than " + LARGEST_DIRECTORY + " bytes");
            }
        }
    }

    private static ByteBuffer read(FileChannel in, long from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        if (from < 0 || from > in.size() - count) {
            throw new IllegalArgumentException("a zip file that is not whole");
        }
        while (bytes.hasRemaining()) {
            if (in.read(bytes, from + bytes.position()) < 0) {
                throw new IllegalArgumentException("a zip file that is not whole");
            }
        }
        return bytes;
    }

    private Map<String, StoredTensor> tensors(String pickle) throws IOException {
        String order = folder + "/byteorder";
        if (zip.getEntry(order) != null) {
            String name = new String(bytes(zip, order, 16), StandardCharsets.US_ASCII);
            if (!name.equals("little")) {
                throw new IllegalArgumentException("byte order " + Excerpt.of(name));
            }
        }
        Object saved =
                new Unpickler(bytes(zip, pickle, LARGEST_PICKLE), this::storage, this::size).load();
        if (!(saved instanceof Map<?, ?> dictionary)) {
            throw new IllegalArgumentException(
                    "something else than a dictionary; save model.state_dict()");
        }
        collect("", dictionary, 0);
        return tensors;
    }

    /** Goes through all that is held, as often as it is held; a container may hold itself. */
    private void collect(String name, Object value, int depth) {
        named += name == null ? 1 : 1 + name.length();
        if (depth > DEEPEST || named > LONGEST_NAMES) {
            throw new IllegalArgumentException(
                    "dictionaries or lists that are nested too deeply, or held too often");
        }
        if (value instanceof StoredTensor tensor) {
            add(name, tensor);
        } else if (value instanceof Map<?, ?> dictionary) {
            dictionary.forEach((key, inner) -> collect(join(name, key), inner, depth + 1));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                collect(join(name, (long) i), list.get(i), depth + 1);
            }
        } else if (value instanceof Object[] tuple) {
            collect(name, Arrays.asList(tuple), depth);
        }
    }

    private void add(String name, StoredTensor tensor) {
        if (name == null) {
            throw new IllegalArgumentException(
                    "a tensor under a key that is neither text nor a number");
        }
        if (tensors.put(name, tensor) != null) {
            throw new IllegalArgumentException("two tensors " + Excerpt.of(name));
        }
    }

    /** Returns null if there is no name. */
    private static String join(String name, Object key) {
        if (name == null || !(key instanceof String || key instanceof Long)) {
            return null;
        }
        return name.isEmpty() ? key.toString() : name + "." + key;
    }

    private long size(String key) {
        return entry(zip, folder + "/data/" + key, StoredTensor.LARGEST_STORAGE).getSize();
    }

    private Storage storage(String key) {
        long size = size(key);
        return () -> {
            StoredTensor.requireHeap(size);
            byte[] bytes = load(key);
            if (bytes.length != size) {
                throw new IOException("another file than was opened");
            }
            return bytes;
        };
    }

    /** Remembers the last storage while there is memory, since many tensors may view it. */
    private byte[] load(String key) throws IOException {
        Loaded loaded = last.get();
        if (loaded == null || !loaded.key.equals(key)) {
            try (ZipFile again = new ZipFile(file.toFile())) {
                String name = folder + "/data/" + key;
                loaded = new Loaded(key, bytes(again, name, StoredTensor.LARGEST_STORAGE));
            }
            last = new SoftReference<>(loaded);
        }
        return loaded.bytes;
    }

    private static ZipEntry entry(ZipFile zip, String name, long largest) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IllegalArgumentException("no entry " + Excerpt.of(name));
        }
        // Uncompressed entries are no larger than the file.
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new IllegalArgumentException("a compressed entry " + Excerpt.of(name));
        }
        if (entry.getSize() > largest) {
            throw new IllegalArgumentException(
                    "an entry " + Excerpt.of(name) + " of more than " + largest + " bytes");
        }
        return entry;
    }

    private static byte[] bytes(ZipFile zip, String name, long largest) throws IOException {
        ZipEntry entry = entry(zip, name, largest);
        if (entry.getSize() > Files.size(Path.of(zip.getName()))) {
            throw new IllegalArgumentException(
                    "an entry " + Excerpt.of(name) + " larger than the file");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            CRC32 sum = new CRC32();
            sum.update(bytes);
            if (bytes.length != entry.getSize() || sum.getValue() != entry.getCrc()) {
                throw new IOException(
                        "the checksum of " + Excerpt.of(name) + " is not that of its bytes");
            }
            return bytes;
        }
    }
}
