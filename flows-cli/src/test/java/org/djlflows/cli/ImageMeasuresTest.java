package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;

import org.djlflows.Bijection;
import org.djlflows.format.FlowConfig;
import org.djlflows.kernel.NoGrad;
import org.djlflows.model.FlowModel;
import org.djlflows.spec.ImageFlow;
import org.djlflows.spec.ImageShape;
import org.djlflows.spec.RealNvpImages;
import org.djlflows.spec.TarFlow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.imageio.ImageIO;

/** Numbers and ways that {@code flows images} gives, computed here once more from the model. */
class ImageMeasuresTest {

    private static final int SIZE = 4;
    private static final int PIXELS = SIZE * SIZE;
    private static final int COUNT = 100;

    /** Of a hundred images the last ten are for test. */
    private static final int TEST = 10;

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private final int[][] images = new int[COUNT][PIXELS];
    private NDManager manager;
    private Path data;

    @BeforeEach
    void open() throws IOException {
        manager = NDManager.newBaseManager(null, "PyTorch");
        manager.getEngine().setRandomSeed(2);
        ByteBuffer bytes = ByteBuffer.allocate(16 + COUNT * PIXELS);
        bytes.putInt(0x803).putInt(COUNT).putInt(SIZE).putInt(SIZE);
        Random random = new Random(1);
        for (int[] image : images) {
            int ground = random.nextInt(200);
            for (int j = 0; j < PIXELS; j++) {
                image[j] = ground + random.nextInt(40);
                bytes.put((byte) image[j]);
            }
        }
        data = Files.write(folder.resolve("images"), bytes.array());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private FlowModel saved(ImageFlow ofImages) throws IOException {
        FlowConfig config = new FlowConfig(ofImages, new ImageShape(1, SIZE, SIZE), List.of());
        FlowModel model = FlowModel.create(config, new NDList(), manager);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Parameter parameter : model.flow().getParameters().values()) {
                NDArray array = parameter.getArray();
                if (parameter.getType() != Parameter.Type.RUNNING_MEAN) {
                    array.addi(manager.randomNormal(0, 0.1f, array.getShape(), DataType.FLOAT32));
                }
            }
        }
        model.save(folder.resolve("model"), report -> {});
        return model;
    }

    private FlowModel realNvp() throws IOException {
        return saved(new RealNvpImages(1, 4, 1));
    }

    private void run(String words) {
        terminal.clear();
        terminal.runs("images " + words, folder.resolve("model"), "--data", data);
    }

    private double[] numbers(String pattern) {
        String text = terminal.printed();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertTrue(matcher.find(), text);
        double[] found = new double[matcher.groupCount()];
        Arrays.setAll(found, i -> Double.parseDouble(matcher.group(i + 1)));
        return found;
    }

    /** Returns the middles of the levels of the test images. */
    private NDArray middles() {
        float[] middles = new float[TEST * PIXELS];
        for (int i = 0; i < middles.length; i++) {
            middles[i] = (images[COUNT - TEST + i / PIXELS][i % PIXELS] + 0.5f) / 256;
        }
        return manager.create(middles, new Shape(TEST, 1, SIZE, SIZE));
    }

    /** The density hardly varies within a level, so that of the middles is near. */
    @Test
    void bitsADimensionAreThoseOfTheTestImages() throws IOException {
        FlowModel model = realNvp();
        double nats = -model.flow().logProb(middles()).mean().getFloat();
        double expected = nats / PIXELS / Math.log(2) + 8;
        run("bpd --repeats 3 --seed 1");
        double[] found = numbers("(\\d+\\.\\d+) bits a dimension \\+- (\\d+\\.\\d+) ");
        assertEquals(expected, found[0], 0.05);
        assertTrue(found[1] < 0.01);
    }

    /** Of three draws the standard error is their deviation over the root of three. */
    @Test
    void theErrorIsThatOfTheMean() throws IOException {
        FlowModel model = realNvp();
        NDArray levels = middles().mul(manager.create(256f)).floor();
        manager.getEngine().setRandomSeed(1);
        double[] bits = new double[3];
        for (int i = 0; i < 3; i++) {
            bits[i] = ImagesBpdCommand.bits(model, new NDList(levels));
        }
        double mean = (bits[0] + bits[1] + bits[2]) / 3;
        double squares = Arrays.stream(bits).map(b -> (b - mean) * (b - mean)).sum();
        run("bpd --repeats 3 --seed 1");
        String expected =
                String.format(Locale.ROOT, "%.4f bits a dimension +- %.5f (", mean, error(squares));
        assertTrue(squares > 1e-8, "no noise");
        String text = terminal.printed();
        assertTrue(text.startsWith(expected), text + " instead of " + expected);
    }

    private static double error(double squares) {
        return Math.sqrt(squares / 2) / Math.sqrt(3);
    }

    /** Ways lie on the circle through the noise of their ends, in equal angles. */
    @Test
    void waysGoFromImageToImage() throws IOException {
        Bijection flow = realNvp().flow().getBijection();
        int pairs = 2;
        int steps = 4;
        Path way = folder.resolve("way.png");
        run("interpolate -n " + pairs + " --steps " + steps + " --out " + way);
        BufferedImage picture = ImageIO.read(way.toFile());
        int step = (picture.getWidth() - 1) / steps;
        ParameterStore store = new ParameterStore(manager, false);
        float[] noise;
        try (NoGrad noGrad = NoGrad.open()) {
            noise = flow.forward(store, new NDList(middles()), false).get(0).toFloatArray();
        }
        for (int pair = 0; pair < pairs; pair++) {
            for (int i = 0; i < steps; i++) {
                float[] z = onCircle(noise, 2 * pair, 2 * pair + 1, i / (steps - 1.0));
                float[] x;
                try (NoGrad noGrad = NoGrad.open()) {
                    NDArray between = manager.create(z, flow.getOutputShapes(shape())[0]);
                    x = flow.inverse(store, new NDList(between), false).get(0).toFloatArray();
                }
                for (int j = 0; j < PIXELS; j++) {
                    int place = step / SIZE;
                    int column = 1 + i * step + j % SIZE * place;
                    int row = 1 + pair * step + j / SIZE * place;
                    int got = picture.getRGB(column, row) & 255;
                    double level = Math.max(0, Math.min(255, Math.floor(256 * x[j])));
                    assertEquals(level, got, 1, "pair " + pair + ", step " + i + ", pixel " + j);
                    if (i == 0 || i == steps - 1) {
                        int end = COUNT - TEST + 2 * pair + (i == 0 ? 0 : 1);
                        assertEquals(images[end][j], got, 1, "end of pair " + pair);
                    }
                }
            }
        }
    }

    private static Shape[] shape() {
        return new Shape[] {new Shape(1, 1, SIZE, SIZE)};
    }

    private static float[] onCircle(float[] noise, int from, int to, double share) {
        double[] a = new double[PIXELS];
        double[] b = new double[PIXELS];
        Arrays.setAll(a, i -> noise[from * PIXELS + i]);
        Arrays.setAll(b, i -> noise[to * PIXELS + i]);
        double angle = Math.acos(product(a, b) / Math.sqrt(product(a, a) * product(b, b)));
        float[] z = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            double first = Math.sin((1 - share) * angle) * a[i];
            double last = Math.sin(share * angle) * b[i];
            z[i] = (float) ((first + last) / Math.sin(angle));
        }
        return z;
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Pixels reach from -1 to 1 for a TarFlow, so noise of 0.2 there is 0.1 of 255 levels. */
    @Test
    void theNoiseIsThatOfTheTraining() throws IOException {
        saved(new TarFlow(2, 8, 1, 1, 0, false, 0.2, false));
        run("denoise -n " + TEST + " --seed 1 --out " + folder.resolve("denoised.png"));
        double[] found = numbers("error: (\\d+\\.\\d+) levels with noise, (\\d+\\.\\d+) denoised");
        // Of 160 pixels the deviation is known to 6 %.
        assertEquals(25.5, found[0], 4 * 0.06 * 25.5);
    }
}
