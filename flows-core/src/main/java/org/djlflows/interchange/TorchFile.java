package org.djlflows.interchange;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The tensors of a file of {@code torch.save}: a zip archive, uncompressed, of a pickle and a file
 * for each storage.
 */
final class TorchFile {

    private static final String PICKLE = "/data.pkl";

    /** Enough for fifty thousand tensors; each byte may become an object. */
    private static final int LARGEST_PICKLE = 16 << 20;

    private static final int DEEPEST = 32;

    private final Path file;
    private final ZipFile zip;
    private final String folder;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private TorchFile(Path file, ZipFile zip, String folder) {
        this.file = file;
        this.zip = zip;
        this.folder = folder;
    }

    static Map<String, StoredTensor> read(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<String> pickles =
                    zip.stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.endsWith(PICKLE))
                            .toList();
            if (pickles.size() != 1) {
                throw new IllegalArgumentException("a zip file without the data.pkl of torch.save");
            }
            String pickle = pickles.get(0);
            String folder = pickle.substring(0, pickle.length() - PICKLE.length());
            return new TorchFile(file, zip, folder).tensors(pickle);
        }
    }

    private Map<String, StoredTensor> tensors(String pickle) throws IOException {
        String order = folder + "/byteorder";
        if (zip.getEntry(order) != null) {
            String name = new String(bytes(zip, order, 16), StandardCharsets.US_ASCII);
            if (!name.equals("little")) {
                throw new IllegalArgumentException("byte order " + name);
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

    /** Walks through each dictionary once: it may hold itself, or be held many times. */
    private void collect(String prefix, Map<?, ?> dictionary, int depth) {
        if (depth > DEEPEST || !seen.add(dictionary)) {
            throw new IllegalArgumentException("dictionaries that are shared or nested too deeply");
        }
        for (Map.Entry<?, ?> entry : dictionary.entrySet()) {
            String name = prefix + entry.getKey();
            if (entry.getValue() instanceof Map<?, ?> inner) {
                collect(name + ".", inner, depth + 1);
            } else if (entry.getValue() instanceof StoredTensor tensor
                    && tensors.put(name, tensor) != null) {
                throw new IllegalArgumentException("two tensors " + name);
            }
        }
    }

    private long size(String key) {
        return entry(zip, folder + "/data/" + key, StateDict.LARGEST_STORAGE).getSize();
    }

    private Storage storage(String key) {
        return () -> {
            try (ZipFile again = new ZipFile(file.toFile())) {
                return bytes(again, folder + "/data/" + key, StateDict.LARGEST_STORAGE);
            }
        };
    }

    private static ZipEntry entry(ZipFile zip, String name, long largest) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new IllegalArgumentException("no entry " + name);
        }
        // Uncompressed entries are no larger than the file.
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new IllegalArgumentException("a compressed entry " + name);
        }
        if (entry.getSize() > largest) {
            throw new IllegalArgumentException(
                    "an entry " + name + " of more than " + largest + " bytes");
        }
        return entry;
    }

    private static byte[] bytes(ZipFile zip, String name, long largest) throws IOException {
        ZipEntry entry = entry(zip, name, largest);
        if (entry.getSize() > Files.size(Path.of(zip.getName()))) {
            throw new IllegalArgumentException("an entry " + name + " larger than the file");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            CRC32 sum = new CRC32();
            sum.update(bytes);
            if (bytes.length != entry.getSize() || sum.getValue() != entry.getCrc()) {
                throw new IOException("the checksum of " + name + " is not that of its bytes");
            }
            return bytes;
        }
    }
}
