package org.djlflows.parity;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.DenseLinear;
import org.djlflows.bijection.Householder;
import org.djlflows.bijection.TriangularLinear;
import org.djlflows.testing.Fixtures;
import org.djlflows.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;

/**
 * With the weights of nflows 0.14 and normflows 1.7.3 the linear layers give their numbers, on
 * vectors and as invertible 1x1 convolutions.
 *
 * <p>The resources hold random weights and inputs in float32 and what the library makes of x in
 * float64: z and the log-determinant. {@code qr-linear-nflows} has two layers {@code QRLinear} over
 * 5 features with 3 and 4 reflections; {@code convolution-normflows} two {@code Invertible1x1Conv}
 * over 4 channels, dense and with PLU, whose {@code inverse} is the direction from data to noise.
 */
class LinearParityTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void qrLinear(DataType type) throws IOException {
        Fixture fixture = Fixture.read("qr-linear-nflows", manager);
        int[] reflections = {3, 4};
        Bijection flow =
                new SequentialBijection(
                        TriangularLinear.upper(),
                        new Householder(reflections[0]),
                        TriangularLinear.upper(),
                        new Householder(reflections[1]));
        fixture.assertSameNumbers(
                flow,
                step -> {
                    String state = "state._transforms." + step / 2 + ".";
                    NDArray vectors = fixture.get(state + "orthogonal.q_vectors");
                    return step % 2 == 1
                            ? new NDList(named("vectors", vectors))
                            : upper(fixture, state, vectors);
                },
                type);
    }

    /** In nflows b comes after Q, here before: b = Q b'. */
    private NDList upper(Fixture fixture, String state, NDArray vectors) {
        NDArray bias = fixture.get(state + "bias").reshape(1, -1);
        Householder q = new Householder((int) vectors.getShape().get(0));
        q.initialize(manager, DataType.FLOAT64, bias.getShape());
        Weights.restore(q, new NDList(named("vectors", vectors)));
        NDArray before = q.inverse(Fixtures.store(manager), new NDList(bias), false).get(0);

        double[] entries = fixture.get(state + "upper_entries").toDoubleArray();
        double[] diagonal = fixture.get(state + "log_upper_diag").toDoubleArray();
        int n = diagonal.length;
        double[] triangle = new double[n * n];
        int next = 0;
        for (int i = 0; i < n; i++) {
            triangle[i * n + i] = diagonal[i];
            for (int j = i + 1; j < n; j++) {
                triangle[i * n + j] = entries[next++];
            }
        }
        return new NDList(
                named("triangle", manager.create(triangle, new Shape(n, n))),
                named("bias", before.reshape(-1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void convolutionsOfNormflows(DataType type) throws IOException {
        Fixture fixture = Fixture.read("convolution-normflows", manager);
        fixture.assertSameNumbers(
                new SequentialBijection(new DenseLinear(), new DenseLinear()),
                step ->
                        new NDList(
                                named("weight", step == 0 ? dense(fixture) : plu(fixture)),
                                named("bias", manager.zeros(new Shape(4), DataType.FLOAT64))),
                type);
    }

    private static NDArray dense(Fixture fixture) {
        return fixture.get("state.dense.W");
    }

    /** W = P L (U + diag(s)); of L and U only the strict triangles count. */
    private NDArray plu(Fixture fixture) {
        double[] l = fixture.get("state.plu.L").toDoubleArray();
        double[] u = fixture.get("state.plu.U").toDoubleArray();
        double[] sign = fixture.get("state.plu.sign_S").toDoubleArray();
        double[] logSize = fixture.get("state.plu.log_S").toDoubleArray();
        int n = sign.length;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                int place = i * n + j;
                l[place] = i > j ? l[place] : i == j ? 1 : 0;
                u[place] = i < j ? u[place] : i == j ? sign[i] * Math.exp(logSize[i]) : 0;
            }
        }
        Shape square = new Shape(n, n);
        return fixture.get("state.plu.P")
                .matMul(manager.create(l, square))
                .matMul(manager.create(u, square));
    }

    private static NDArray named(String name, NDArray array) {
        array.setName(name);
        return array;
    }
}
