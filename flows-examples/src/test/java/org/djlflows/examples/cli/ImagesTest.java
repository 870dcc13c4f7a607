package org.djlflows.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.imageio.ImageIO;

/** {@code flows images}, on small images of a bright square somewhere. */
class ImagesTest {

    private static final int SIZE = 8;

    @TempDir private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream out;
    private PrintStream err;

    @BeforeEach
    void capture() {
        out = System.out;
        err = System.err;
        PrintStream all = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(all);
        System.setErr(all);
    }

    @AfterEach
    void restore() {
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @CsvSource({"glow, uniform", "realnvp-images, variational"})
    void trainsSamplesAndInterpolates(String flow, String dequantization) throws IOException {
        Path data = images();
        Path model = folder.resolve("model");
        assertEquals(
                0,
                run(
                        "train",
                        "--flow",
                        flow,
                        "--data",
                        data,
                        "--out",
                        model,
                        "--epochs",
                        2,
                        "--depth",
                        1,
                        "--filters",
                        4,
                        "--dequantization",
                        dequantization));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("epoch 2/2"), text);
        assertTrue(
                text.contains("bits a dimension under " + dequantization + " dequantisation"),
                text);
        assertTrue(Files.size(model.resolve("report/samples.png")) > 0);
        assertTrue(Files.size(model.resolve("report/loss.png")) > 0);

        Path grid = folder.resolve("grid.png");
        assertEquals(
                0, run("sample", model, "-n", 5, "--seed", 1, "--temperature", 0.7, "--out", grid));
        BufferedImage picture = ImageIO.read(grid.toFile());
        assertEquals(3 * 49 + 1, picture.getWidth());
        assertEquals(2 * 49 + 1, picture.getHeight());

        Path ways = folder.resolve("ways.png");
        assertEquals(
                0, run("interpolate", model, "--data", data, "-n", 2, "--steps", 4, "--out", ways));
        picture = ImageIO.read(ways.toFile());
        assertEquals(4 * 49 + 1, picture.getWidth());
        assertEquals(2 * 49 + 1, picture.getHeight());

        assertEquals(1, Flows.run("sample", model.toString(), "-n", "1"));
        assertTrue(
                printed.toString(StandardCharsets.UTF_8)
                        .contains(model + ": expected a model of a table, got one of images"),
                printed.toString(StandardCharsets.UTF_8));
        printed.reset();
        assertEquals(0, Flows.run("info", model.toString()));
        text = printed.toString(StandardCharsets.UTF_8);
        boolean uniform = dequantization.equals("uniform");
        assertTrue(
                text.contains("testBitsPerDimension" + (uniform ? "Uniform" : "Variational")),
                text);
        assertTrue(text.contains("levels"), text);
    }

    @Test
    void leavesNoCheckpointAndRefusesImagesOfAnotherSize() throws IOException {
        Path model = folder.resolve("model");
        Object[] train = {
            "train",
            "--data",
            images(),
            "--out",
            model,
            "--epochs",
            1,
            "--depth",
            1,
            "--filters",
            4,
            "--resume"
        };
        assertEquals(0, run(train));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("epoch 1/1"), text);
        assertTrue(Files.notExists(folder.resolve(".model.checkpoint.safetensors")));

        Path wide = images(4, 16);
        refuses(
                1,
                wide + ": expected images of 1 channels, 8 x 8, got 1, 4 x 16",
                "interpolate",
                model,
                "--data",
                wide);
    }

    @Test
    void trainsOnColouredImagesOfAFolderAndRatesThem() throws IOException {
        Path data = Files.createDirectory(folder.resolve("pictures"));
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            BufferedImage picture = new BufferedImage(12, 10, BufferedImage.TYPE_INT_RGB);
            int colour = random.nextInt(1 << 24);
            for (int k = 0; k < 120; k++) {
                picture.setRGB(k % 12, k / 12, colour);
            }
            ImageIO.write(picture, "png", data.resolve(i + ".png").toFile());
        }
        Path model = folder.resolve("model");
        Object[] train = {
            "train",
            "--data",
            data,
            "--size",
            8,
            "--out",
            model,
            "--epochs",
            1,
            "--depth",
            1,
            "--filters",
            4
        };
        assertEquals(0, run(train));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("glow over 3 x 8 x 8: 81 images"), text);

        Path ways = folder.resolve("ways.png");
        assertEquals(
                0,
                run(
                        "interpolate",
                        model,
                        "--data",
                        data,
                        "--size",
                        8,
                        "-n",
                        2,
                        "--steps",
                        3,
                        "--out",
                        ways));
        int seen = ImageIO.read(ways.toFile()).getRGB(20, 20);
        assertTrue((seen >> 16 & 0xff) != (seen & 0xff), Integer.toHexString(seen));

        printed.reset();
        Object[] bpd = {
            "bpd",
            model,
            "--data",
            data,
            "--size",
            8,
            "--part",
            "validation",
            "--repeats",
            3,
            "--seed",
            1
        };
        assertEquals(0, run(bpd));
        text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("standard error over 3 draws of the noise"), text);
        assertTrue(
                text.contains(
                        "9 validation images of 3 x 8 x 8, 256 levels, uniform dequantisation"),
                text);

        refuses(
                1,
                "expected images of 3 channels, 8 x 8, got 3, 10 x 12",
                "bpd",
                model,
                "--data",
                data);
        refuses(2, "expected 1 repeat or more", "bpd", model, "--data", data, "--repeats", 0);
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        Path data = images();
        refuses(1, "a height and a width that 16 divides", "train", "--data", data, "--scales", 4);
        refuses(1, "no such file or folder", "train", "--data", folder.resolve("none"));
        refuses(2, "Missing command");
    }

    private void refuses(int code, String message, Object... arguments) {
        printed.reset();
        assertEquals(code, run(arguments));
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains(message), text);
    }

    private static int run(Object... arguments) {
        List<String> all = new ArrayList<>(List.of("images"));
        Arrays.stream(arguments).forEach(argument -> all.add(argument.toString()));
        return Flows.run(all.toArray(String[]::new));
    }

    private Path images() throws IOException {
        return images(SIZE, SIZE);
    }

    private Path images(int height, int width) throws IOException {
        int count = 300;
        ByteBuffer bytes = ByteBuffer.allocate(16 + count * height * width);
        bytes.putInt(0x803).putInt(count).putInt(height).putInt(width);
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            int top = random.nextInt(height - 2);
            int left = random.nextInt(width - 2);
            for (int j = 0; j < height * width; j++) {
                int y = j / width - top;
                int x = j % width - left;
                boolean bright = y >= 0 && y < 3 && x >= 0 && x < 3;
                bytes.put((byte) (bright ? 200 + random.nextInt(50) : random.nextInt(10)));
            }
        }
        return Files.write(folder.resolve("images"), bytes.array());
    }
}
