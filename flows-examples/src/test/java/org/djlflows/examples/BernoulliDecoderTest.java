package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.Planar;
import org.djlflows.distribution.ConditionalNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.training.History;
import org.djlflows.training.VariationalInference;
import org.junit.jupiter.api.Test;

/** The decoder of the autoencoder, and that it is trained with its posterior. */
class BernoulliDecoderTest {

    @Test
    void theJointDensityIsThatOfItsParts() {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            manager.getEngine().setRandomSeed(1);
            NDArray x = manager.create(new double[] {0.3, -1, 2, 0}, new Shape(2, 2));
            NDArray image = manager.create(new double[] {1, 0, 1, 1, 1, 0}, new Shape(2, 3));
            BernoulliDecoder decoder = new BernoulliDecoder(5);
            decoder.initialize(manager, DataType.FLOAT64, x.getShape(), image.getShape());
            double[] probability = decoder.decode(x).toDoubleArray();
            NDArray got =
                    decoder.forward(new ParameterStore(manager, false), new NDList(x, image), false)
                            .get(0);
            double[] squares = {1.09, 4};
            double[] pixels = image.toDoubleArray();
            for (int row = 0; row < 2; row++) {
                double expected = -0.5 * squares[row] - Math.log(2 * Math.PI);
                for (int i = 3 * row; i < 3 * row + 3; i++) {
                    expected += Math.log(pixels[i] == 1 ? probability[i] : 1 - probability[i]);
                }
                assertEquals(expected, got.toDoubleArray()[row], 1e-12);
            }
        }
    }

    @Test
    void refusesToBeWithoutImages() {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    new BernoulliDecoder(5)
                                            .initialize(
                                                    manager, DataType.FLOAT32, new Shape(1, 2)));
            assertTrue(e.getMessage().contains("expected shapes of latents and of images"));
        }
    }

    /** Two images with half the probability each: log 2 nats are what a code for them costs. */
    @Test
    void anAutoencoderLearnsTwoImages() {
        try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
            manager.getEngine().setRandomSeed(1);
            float[] pixels = new float[200 * 4];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = i / 4 % 2 == i % 2 ? 1 : 0;
            }
            NDArray images = manager.create(pixels, new Shape(200, 4));
            Shape one = new Shape(1, 1);
            NormalizingFlow flow =
                    new NormalizingFlow(
                            new Planar(Planar.Function.TANH, new Mlp(8)),
                            new ConditionalNormal(new Mlp(8)));
            flow.initialize(manager, DataType.FLOAT32, one, images.getShape());
            History history =
                    VariationalInference.builder()
                            .optJointly()
                            .optBatchSize(50)
                            .optEpochs(120)
                            .optLearningRate(0.02)
                            // Other seeds need more epochs to tell the images apart.
                            .optSeed(2)
                            .build()
                            .fit(flow, new BernoulliDecoder(16), images, images);
            assertTrue(history.bestValidation() < 0.9, "bound " + history.bestValidation());
            assertTrue(history.bestValidation() > Math.log(2) - 0.05);
        }
    }
}
