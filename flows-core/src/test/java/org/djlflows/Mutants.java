package org.djlflows;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Files that were damaged at random, always in the same way for a seed. */
public final class Mutants {

    private static final int LONGEST_MESSAGE = 2000;

    private Mutants() {}

    /** Reads a file, whatever it is. */
    @FunctionalInterface
    public interface Reader {
        void read(byte[] content) throws Exception;
    }

    /** Damages bytes at one place, or at a few. */
    public static byte[] mutant(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && bytes.length > 4; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
                case 3 -> bytes = Arrays.copyOf(bytes, at);
                case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) 0xff);
                default -> {
                    int from = random.nextInt(bytes.length);
                    int count = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, count);
                }
            }
        }
        return bytes;
    }

    /** Reads mutants, of which each passes or is refused by one of some exceptions, shortly. */
    public static void assertRefusedOrRead(
            byte[] whole, int count, Reader reader, List<Class<? extends Exception>> documented) {
        Random random = new Random(whole.length);
        int refused = 0;
        for (int i = 0; i < count; i++) {
            byte[] mutant = mutant(whole, random);
            String which = "mutant " + i;
            try {
                reader.read(mutant);
            } catch (Exception | OutOfMemoryError | StackOverflowError e) {
                refused++;
                assertTrue(
                        documented.stream().anyMatch(type -> type.isInstance(e)),
                        () -> which + ": " + e + Arrays.toString(e.getStackTrace()));
                String message = String.valueOf(e.getMessage());
                assertFalse(message.contains("null") && message.length() < 5, which);
                assertTrue(message.length() <= LONGEST_MESSAGE, which + ": " + message.length());
            }
        }
        assertTrue(refused > count / 10, refused + " of " + count + " were refused");
    }
}
