package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.Bijection;
import org.djlflows.kernel.NoGrad;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The linear layers against the matrices that define them. */
class LinearTest {

    private NDManager manager;

    record Layer(String name, Supplier<Bijection> maker, boolean orthogonal) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Layer> layers() {
        return Stream.of(
                new Layer("lu", LuLinear::new, false),
                new Layer("dense", DenseLinear::new, false),
                new Layer("plu", PluLinear::new, false),
                new Layer("upper triangular", TriangularLinear::upper, false),
                new Layer("lower triangular", TriangularLinear::lower, false),
                new Layer("householder", () -> new Householder(200), true),
                new Layer("few reflections", () -> new Householder(5), true),
                new Layer("rotation", Rotation::new, true));
    }

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(5);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** The determinant itself, 1e-400 or 1e400, is no number of either type. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 100})
    void logDetsOfManyFeaturesAreFinite(double size) {
        int features = 200;
        double expected = features * Math.log(size);
        assertLogDet(expected, new DenseLinear(), diagonal(features, size));
        assertLogDet(expected, TriangularLinear.upper(), diagonal(features, Math.log(size)));
        // The diagonal is softplus(d + log(e^0.999 - 1)) + 0.001.
        double d = Math.log(Math.expm1(size - 1e-3)) - Math.log(Math.expm1(1 - 1e-3));
        assertLogDet(expected, new LuLinear(), diagonal(features, d));
    }

    private NDArray diagonal(int features, double value) {
        return manager.eye(features).mul(manager.full(new Shape(1), (float) value));
    }

    private void assertLogDet(double expected, Bijection layer, NDArray matrix) {
        NDArray x = manager.randomNormal(0, 1, new Shape(1, matrix.size(0)), DataType.FLOAT32);
        initialized(layer, x);
        try (NoGrad noGrad = NoGrad.open()) {
            matrix.copyTo(layer.getParameters().valueAt(0).getArray());
        }
        assertEquals(expected, forward(layer, x).get(1).getFloat(), 1e-2);
        NDList inverse = layer.inverse(Fixtures.store(manager), new NDList(x), false);
        assertEquals(-expected, inverse.get(1).getFloat(), 1e-2);
    }

    /**
     * A permutation, a unit lower triangular matrix and an upper one, whose product is a rotation.
     */
    @Test
    void thePluLinearBeginsAsARotation() {
        NDArray eye = manager.eye(9).toType(DataType.FLOAT64, false);
        Bijection layer = initialized(new PluLinear(), eye);
        NDList z = forward(layer, eye);
        NDArray columns = z.get(0);
        Fixtures.assertClose(eye, columns.matMul(columns.transpose()), 1e-13);
        assertArrayEquals(new double[9], z.get(1).toDoubleArray(), 1e-13);
        NDArray off = columns.sub(columns.mul(eye));
        assertTrue(off.abs().max().getDouble() > 0.1);
        double[] places = layer.getParameters().get("places").getArray().toDoubleArray();
        assertArrayEquals(
                IntStream.range(0, 9).asDoubleStream().toArray(),
                DoubleStream.of(places).sorted().toArray());
        // Below the diagonal: of each column the largest was the pivot.
        double[] lu = layer.getParameters().get("lu").getArray().toDoubleArray();
        assertTrue(
                IntStream.range(0, 81)
                        .filter(i -> i % 9 < i / 9)
                        .allMatch(i -> Math.abs(lu[i]) <= 1));
    }

    /** The columns of the matrix are the images of the unit vectors. */
    @ParameterizedTest
    @MethodSource("layers")
    void float64IsNotDemoted(Layer layer) {
        NDArray x = manager.randomNormal(0, 1, new Shape(6, 7), DataType.FLOAT64);
        Bijection bijection = initialized(layer.maker().get(), x);
        Fixtures.randomise(bijection);
        try (NoGrad noGrad = NoGrad.open()) {
            NDList z = forward(bijection, x);
            NDList back = bijection.inverse(Fixtures.store(manager), new NDList(z.get(0)), false);
            assertEquals(DataType.FLOAT64, z.get(0).getDataType());
            assertEquals(DataType.FLOAT64, z.get(1).getDataType());
            Fixtures.assertClose(x, back.get(0), 1e-13);
            NDArray eye = manager.eye(7).toType(DataType.FLOAT64, false);
            NDArray zero = manager.zeros(new Shape(1, 7), DataType.FLOAT64);
            NDArray b = forward(bijection, zero).get(0);
            NDArray columns = forward(bijection, eye).get(0).sub(b);
            Fixtures.assertClose(x.matMul(columns).add(b), z.get(0), 1e-13);
            if (layer.orthogonal()) {
                Fixtures.assertClose(eye, columns.matMul(columns.transpose()), 1e-13);
                assertArrayEquals(new double[6], z.get(1).toDoubleArray());
                assertArrayEquals(new double[6], back.get(1).toDoubleArray());
            }
        }
    }

    /** An image is mapped place by place, and its log-determinant is that of all places. */
    @ParameterizedTest
    @MethodSource("layers")
    void imagesAreMappedPlaceByPlace(Layer layer) {
        NDArray x = manager.randomNormal(0, 1, new Shape(2, 3, 4, 5), DataType.FLOAT64);
        Bijection ofImages = initialized(layer.maker().get(), x);
        Fixtures.randomise(ofImages);
        NDArray vectors = x.transpose(0, 2, 3, 1).reshape(40, 3);
        Bijection ofVectors = initialized(layer.maker().get(), vectors);
        try (NoGrad noGrad = NoGrad.open()) {
            for (Pair<String, Parameter> entry : ofImages.getParameters()) {
                NDArray to = ofVectors.getParameters().get(entry.getKey()).getArray();
                entry.getValue().getArray().copyTo(to);
            }
        }
        NDList z = forward(ofImages, x);
        NDList expected = forward(ofVectors, vectors);
        NDArray places = z.get(0).transpose(0, 2, 3, 1).reshape(40, 3);
        Fixtures.assertClose(expected.get(0), places, 1e-13);
        NDArray sums = expected.get(1).reshape(2, 20).sum(new int[] {1});
        Fixtures.assertClose(sums, z.get(1), 1e-12);
    }

    @Test
    void aFreshLayerIsTheIdentityOrOrthogonal() {
        NDArray eye = manager.eye(50);
        layers().forEach(
                        layer -> {
                            NDArray q = forward(initialized(layer.maker().get(), eye), eye).get(0);
                            boolean mixes =
                                    layer.name().equals("dense")
                                            || layer.name().equals("plu")
                                            || layer.maker().get() instanceof Householder;
                            NDArray product = mixes ? q.matMul(q.transpose()) : q;
                            Fixtures.assertClose(eye, product, 1e-5);
                            assertEquals(mixes, q.sub(eye).abs().max().getFloat() > 0.1);
                        });
    }

    /** In the order in which they are given, the first one to x. */
    @Test
    void householderIsAProductOfReflections() {
        int features = 4;
        NDArray x = manager.randomNormal(0, 1, new Shape(1, features), DataType.FLOAT64);
        Bijection layer = initialized(new Householder(6), x);
        double[] v = layer.getParameters().valueAt(0).getArray().toDoubleArray();
        double[] z = x.toDoubleArray();
        for (int k = 0; k < 6; k++) {
            double product = 0;
            double square = 0;
            for (int i = 0; i < features; i++) {
                product += v[k * features + i] * z[i];
                square += v[k * features + i] * v[k * features + i];
            }
            for (int i = 0; i < features; i++) {
                z[i] -= 2 * product / square * v[k * features + i];
            }
        }
        assertArrayEquals(z, forward(layer, x).get(0).toDoubleArray(), 1e-14);
    }

    /** A vector of zeros reflects nothing, where dividing by its length would give NaN. */
    @Test
    void householderTakesVectorsOfZeros() {
        NDArray x = manager.randomNormal(0, 1, new Shape(2, 3), DataType.FLOAT32);
        Bijection layer = initialized(new Householder(2), x);
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray p = layer.getParameters().valueAt(0).getArray();
            manager.zeros(p.getShape()).copyTo(p);
        }
        Fixtures.assertClose(x, forward(layer, x).get(0), 0);
    }

    @Test
    void rotationOfThePlaneTurnsByTheAngle() {
        double angle = 2.5;
        NDArray x = manager.create(new double[] {1, 0}, new Shape(1, 2));
        Bijection layer = initialized(new Rotation(), x);
        NDArray generator = layer.getParameters().valueAt(0).getArray();
        try (NoGrad noGrad = NoGrad.open()) {
            manager.create(new double[] {0, 0, angle, 0}, new Shape(2, 2)).copyTo(generator);
        }
        double[] expected = {Math.cos(angle), Math.sin(angle)};
        assertArrayEquals(expected, forward(layer, x).get(0).toDoubleArray(), 1e-14);
    }

    @Test
    void aSingularMatrixGivesMinusInfinity() {
        NDArray x = manager.randomNormal(0, 1, new Shape(2, 3), DataType.FLOAT32);
        Bijection layer = initialized(new DenseLinear(), x);
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray p = layer.getParameters().valueAt(0).getArray();
            manager.zeros(p.getShape()).copyTo(p);
            assertEquals(Float.NEGATIVE_INFINITY, forward(layer, x).get(1).toFloatArray()[0]);
            NDList inverse = layer.inverse(Fixtures.store(manager), new NDList(x), false);
            assertEquals(Float.POSITIVE_INFINITY, inverse.get(1).toFloatArray()[0]);
            for (float value : inverse.get(0).toFloatArray()) {
                assertFalse(Float.isFinite(value), "x " + value);
            }
        }
    }

    @Test
    void reflectionsAreNeeded() {
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "Householder: expected 1 reflection or more, got 0",
                () -> new Householder(0));
    }

    private Bijection initialized(Bijection layer, NDArray x) {
        layer.initialize(manager, x.getDataType(), x.getShape());
        return layer;
    }

    private NDList forward(Bijection layer, NDArray x) {
        return layer.forward(Fixtures.store(manager), new NDList(x), false);
    }
}
