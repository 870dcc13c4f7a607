package org.djlflows.tensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.util.stream.Stream;

class StoredTensorTest {

    private static final Storage SIX = () -> new byte[] {0, 1, 2, 3, 4, 5};

    private static StoredTensor view(long offset, long[] sizes, long... strides) {
        return StoredTensor.of(ElementType.UINT8, SIX, 6, offset, sizes, strides);
    }

    @Test
    void whatFillsItsStorageIsReadAsItIs() throws IOException {
        byte[] bytes = new byte[6];
        view(0, new long[] {2, 3}, 3, 1).stored().get(bytes);
        assertArrayEquals(SIX.read(), bytes);
    }

    static Stream<StoredTensor> views() {
        return Stream.of(
                view(0, new long[] {3, 2}, 1, 3),
                view(0, new long[] {4}, 1),
                view(2, new long[] {4}, 1),
                view(0, new long[] {3}, 2));
    }

    @ParameterizedTest
    @MethodSource("views")
    void otherViewsAreNoRunOfBytes(StoredTensor view) {
        assertThrows(IllegalArgumentException.class, view::stored);
    }
}
