package org.djlflows.sampling;

import static org.djlflows.testing.Fixtures.assertClose;
import static org.djlflows.testing.Fixtures.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;

import org.djlflows.Distribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.bijection.Rescale;
import org.djlflows.distribution.Augmented;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.Additive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;

class DenoisingTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Of normal data of variance 3 with noise of variance 1 the mean given x is 3 x / 4. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void normalDataShrink(DataType type) {
        NormalizingFlow noisy = new NormalizingFlow(new Rescale(0.5), new StandardNormal());
        noisy.initialize(manager, type, new Shape(1, 2));
        NDArray x = manager.create(new double[] {1, -2, 4, 0.5}, new Shape(2, 2));
        NDArray clean = manager.create(new double[] {0.75, -1.5, 3, 0.375}, new Shape(2, 2));
        NDArray found = new Denoising(noisy, 1).denoise(x.toType(type, false));
        assertClose(clean, found, 1e-6);
    }

    /** Of normal data of variance 3 the mean given x is \(3 x / (3 + \sigma^2)\). */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.7, 2.5})
    void theVarianceOfTheNoiseCounts(double deviation) {
        double variance = 3 + deviation * deviation;
        NormalizingFlow noisy =
                new NormalizingFlow(new Rescale(1 / Math.sqrt(variance)), new StandardNormal());
        noisy.initialize(manager, DataType.FLOAT64, new Shape(1, 2));
        double[] x = {1, -2, 4, 0.5};
        NDArray found = new Denoising(noisy, deviation).denoise(manager.create(x, new Shape(2, 2)));
        double[] clean = Arrays.stream(x).map(v -> 3 * v / variance).toArray();
        assertArrayEquals(clean, Fixtures.doubles(found), 1e-9);
    }

    /** Rows go through in small groups. */
    @Test
    void theContextBelongsToItsRows() {
        NormalizingFlow noisy =
                new NormalizingFlow(new Rescale(1), new ConditionalNormal(new Mlp(3)));
        noisy.initialize(manager, DataType.FLOAT32, new Shape(1, 2), new Shape(1, 2));
        Fixtures.randomise(noisy);
        Denoising denoising = new Denoising(noisy, 0.3);
        NDArray x = manager.randomNormal(new Shape(50, 2));
        NDArray c = manager.randomNormal(new Shape(50, 2));
        NDArray all = denoising.denoise(x, c);
        for (int row : new int[] {0, 17, 49}) {
            NDIndex one = new NDIndex("{}:{}", row, row + 1);
            assertClose(all.get(one), denoising.denoise(x.get(one), c.get(one)), 1e-6);
        }
    }

    @Test
    void inputsOfAnotherShapeAreRefused() {
        StandardNormal normal = new StandardNormal();
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        Denoising denoising = new Denoising(normal, 0.1);
        NDArray x = manager.zeros(new Shape(1, 3));
        assertRefused(
                IllegalArgumentException.class,
                "Denoising: expected input shape (batch, 2), got (1, 3)",
                () -> denoising.denoise(x));
    }

    private Distribution initialized(Distribution density) {
        density.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        return density;
    }

    @Test
    void deviationsOutOfRangeAndDensitiesWithoutAKernelAreRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "Denoising: expected a deviation of at least 0, got -1.0",
                () -> new Denoising(new StandardNormal(), -1));
        NormalizingFlow normal = new NormalizingFlow(new Rescale(1), new StandardNormal());
        normal.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertRefused(
                IllegalArgumentException.class,
                "Denoising: expected a density that is the same at each call, got Augmented, which",
                () -> new Denoising(initialized(new Augmented(normal, 0.5)), 0.5));
        Coupling foreign =
                new Coupling(Mask.KEEP_EVEN, new Additive(), Linear.builder().setUnits(4).build());
        NormalizingFlow flow = new NormalizingFlow(foreign, new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        assertRefused(
                IllegalArgumentException.class,
                "Denoising: expected a density with a kernel, got NormalizingFlow without",
                () -> new Denoising(flow, 1));
    }
}
