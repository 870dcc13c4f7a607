package org.djlflows.data;

import static org.djlflows.Mutants.assertRefusedOrRead;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;

import javax.imageio.ImageIO;

class ImageDecoderTest {

    private static final int SIDE = 9;

    private static byte[] encoded(int type, String format) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, type);
        Random random = new Random(1);
        for (int i = 0; i < SIDE * SIDE; i++) {
            image.setRGB(i % SIDE, i / SIDE, random.nextInt());
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        assertTrue(ImageIO.write(image, format, bytes));
        return bytes.toByteArray();
    }

    private static void requireSmall(int width, int height) {
        if (width != SIDE || height != SIDE) {
            throw new IllegalStateException("another size");
        }
    }

    private static BufferedImage decode(byte... bytes) throws IOException {
        return ImageDecoder.decode(bytes, ImageDecoderTest::requireSmall);
    }

    @ParameterizedTest
    @Timeout(120)
    @CsvSource({
        BufferedImage.TYPE_BYTE_GRAY + ", png",
        BufferedImage.TYPE_INT_RGB + ", png",
        BufferedImage.TYPE_INT_ARGB + ", png",
        BufferedImage.TYPE_BYTE_INDEXED + ", png",
        BufferedImage.TYPE_BYTE_BINARY + ", png",
        BufferedImage.TYPE_USHORT_GRAY + ", png",
        BufferedImage.TYPE_BYTE_GRAY + ", jpg",
        BufferedImage.TYPE_INT_RGB + ", jpg"
    })
    void damagedImagesAreRefused(int type, String format) throws IOException {
        byte[] whole = encoded(type, format);
        assertEquals(SIDE, decode(whole).getWidth());
        assertRefusedOrRead(
                whole,
                1000,
                bytes -> {
                    BufferedImage image = decode(bytes);
                    image.getRGB(0, 0, SIDE, SIDE, null, 0, SIDE);
                },
                List.of(IOException.class, IllegalStateException.class));
    }

    @Test
    void otherFormatsAreRefused() throws IOException {
        for (String format : new String[] {"gif", "bmp"}) {
            byte[] bytes = encoded(BufferedImage.TYPE_INT_RGB, format);
            IOException refusal = assertThrows(IOException.class, () -> decode(bytes));
            assertTrue(refusal.getMessage().endsWith(" bytes of something else"));
        }
        assertThrows(IOException.class, () -> decode());
    }

    /** A palette of 2 GB is no reason to make room for it. */
    @Test
    void lengthsOfChunksAreNotBelieved() throws IOException {
        byte[] bytes = encoded(BufferedImage.TYPE_BYTE_INDEXED, "png");
        int palette = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PLTE");
        ByteBuffer.wrap(bytes).putInt(palette - Integer.BYTES, 0x7ffffff0);
        String message = assertThrows(IOException.class, () -> decode(bytes)).getMessage();
        assertEquals("one that is damaged: a chunk of 2147483632 bytes", message);
    }

    @Test
    void theSizeIsLookedAtFirst() throws IOException {
        byte[] bytes = encoded(BufferedImage.TYPE_INT_RGB, "png");
        byte[] large = Arrays.copyOf(bytes, bytes.length);
        ByteBuffer.wrap(large).putInt(16, 20_000).putInt(20, 20_000);
        CRC32 sum = new CRC32();
        sum.update(large, 12, 17);
        ByteBuffer.wrap(large).putInt(29, (int) sum.getValue());
        assertThrows(IllegalStateException.class, () -> decode(large));
    }
}
