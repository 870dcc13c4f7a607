package org.djlflows.nn;

import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.KernelBlock;
import org.djlflows.kernel.Program;
import org.djlflows.spec.Activation;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;

/** The backward passes of the networks, with each activation, with and without a context. */
class NetworksTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfTheMlpAreThoseOfAutograd(Activation activation) {
        for (int context : new int[] {0, 2}) {
            assertRight(new Mlp(activation, 7, 6), context);
        }
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfTheResidualNetAreThoseOfAutograd(Activation activation) {
        for (int context : new int[] {0, 2}) {
            assertRight(new ResidualNet(activation, 6, 2), context);
        }
    }

    @Test
    void gradientsOfTheNetworksOverImagesAreThoseOfAutograd() {
        NDArray x = random(2, 3, 2, 4);
        for (NDArray c :
                new NDArray[] {null, random(2, 3), random(2, 2, 2, 4), random(2, 1, 4, 8)}) {
            NDList inputs = c == null ? new NDList(x) : new NDList(x, c);
            assertRight(new ConvNet(5, 4), inputs);
            assertRight(new ConvResidualNet(5, 2), inputs);
            assertRight(new ZeroConv(3), inputs);
            assertRight(new GlowNet(5, 4), inputs);
            assertRight(new RealNvpNet(5, 2, 4), inputs);
            assertRight(RealNvpNet.ofPixels(true, 5, 1, 4), inputs);
        }
    }

    /** The weights v count by their direction alone, and their scale is the norm. */
    @Test
    void convolutionsOfTheResidualNetAreWeightNormalised() {
        ConvResidualNet network = new ConvResidualNet(5, 1);
        NDArray x = random(2, 3, 2, 4);
        network.initialize(manager, DataType.FLOAT64, x.getShape());
        for (String name : List.of("skip_bias", "block0_skip_bias")) {
            NDArray bias = network.getParameters().get(name).getArray();
            bias.subi(bias);
        }
        NDArray before = network.forward(store(manager), new NDList(x), false).get(0);
        multiply(network, "_weight", 3);
        NDArray same = network.forward(store(manager), new NDList(x), false).get(0);
        Fixtures.assertClose(before, same, 1e-12);
        multiply(network, "skip_scale", 2);
        NDArray twice = network.forward(store(manager), new NDList(x), false).get(0);
        Fixtures.assertClose(before.add(before), twice, 1e-12);
        assertTrue(before.sum().getDouble() > 0);
    }

    private static void multiply(KernelBlock network, String suffix, double factor) {
        for (Pair<String, Parameter> parameter : network.getParameters()) {
            if (parameter.getKey().endsWith(suffix)) {
                NDArray array = parameter.getValue().getArray();
                array.muli(array.getManager().create(factor));
            }
        }
    }

    /** oneDNN does for some numbers of outputs: the memory that it finds was filled with NaN. */
    @Test
    void gradientsOfConvolutionsDoNotReadWhatWasNeverWritten() {
        Kernel litter =
                Kernel.of(
                        "litter",
                        """
                        def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                            for k in range(4, 18):
                                power = torch.full([1 << k], float("nan"))
                                thrice = torch.full([3 << k], float("nan"))
                            return x
                        """);
        Program program = Program.of(litter, 0, "forward");
        ConvNet network = new ConvNet(16, 8);
        NDArray x = manager.randomNormal(new Shape(64, 4, 7, 7));
        network.initialize(manager, DataType.FLOAT32, x.getShape());
        NDArray bias = network.getParameters().get("first_bias").getArray();
        bias.setRequiresGradient(true);
        for (int i = 0; i < 100; i++) {
            Fixtures.backward(
                    () -> {
                        NDArray sum =
                                network.forward(store(manager), new NDList(x), true).get(0).sum();
                        program.call("forward", new NDList(x), new NDList(), List.of()).close();
                        return sum;
                    });
        }
        assertTrue(Float.isFinite(bias.getGradient().sum().getFloat()));
    }

    @Test
    void contextsOfOtherSizesAreRefused() {
        Shape x = new Shape(1, 3, 2, 4);
        for (Shape c :
                new Shape[] {new Shape(1, 3, 4, 4), new Shape(1, 3, 1, 2), new Shape(1, 2, 4)}) {
            Fixtures.assertRefused(
                    IllegalArgumentException.class,
                    "ConvNet: expected a context (batch, features) or images of the size of",
                    () -> new ConvNet(5, 4).initialize(manager, DataType.FLOAT32, x, c));
        }
    }

    private void assertRight(KernelBlock network, int context) {
        NDList inputs = new NDList(random(4, 3));
        if (context > 0) {
            inputs.add(random(4, context));
        }
        assertRight(network, inputs);
    }

    private void assertRight(KernelBlock network, NDList inputs) {
        network.initialize(manager, DataType.FLOAT64, inputs.getShapes());
        Fixtures.randomise(network);
        HandWrittenGradients.assertRightForNetwork(
                network, network.kernel(true).orElseThrow(), inputs, 1e-9);
    }

    private NDArray random(long... shape) {
        return manager.randomNormal(0, 1, new Shape(shape), DataType.FLOAT64);
    }
}
