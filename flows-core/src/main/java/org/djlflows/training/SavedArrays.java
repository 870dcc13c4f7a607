package org.djlflows.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** Arrays of a checkpoint by their names. */
final class SavedArrays {

    private final Map<String, NDArray> arrays = new TreeMap<>();

    SavedArrays(NDList all) {
        all.forEach(array -> arrays.put(array.getName(), array));
    }

    boolean has(String name) {
        return arrays.containsKey(name);
    }

    NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("expected " + name + ", got none");
        }
        return array;
    }

    /** Takes an array out. */
    NDArray remove(String name) {
        NDArray array = get(name);
        arrays.remove(name);
        return array;
    }

    void copyTo(String name, NDArray target) {
        NDArray array = get(name);
        if (array.getDataType() != target.getDataType()
                || !array.getShape().equals(target.getShape())) {
            throw new IllegalArgumentException(
                    String.format(
                            "expected %s %s %s, got %s %s",
                            name,
                            target.getDataType(),
                            target.getShape(),
                            array.getDataType(),
                            array.getShape()));
        }
        array.copyTo(target);
    }

    /** Returns the arrays whose names begin alike, named by the rest. */
    NDList under(String prefix) {
        NDList under = new NDList();
        arrays.forEach(
                (name, array) -> {
                    if (name.startsWith(prefix)) {
                        array.setName(name.substring(prefix.length()));
                        under.add(array);
                    }
                });
        return under;
    }

    /** Returns a checksum of all names, types, shapes and bits. */
    long checksum() {
        CRC32C sum = new CRC32C();
        arrays.forEach(
                (name, array) -> {
                    String what = name + ' ' + array.getDataType() + ' ' + array.getShape() + '\n';
                    sum.update(what.getBytes(StandardCharsets.UTF_8));
                    sum.update(array.toByteBuffer());
                });
        return sum.getValue();
    }
}
