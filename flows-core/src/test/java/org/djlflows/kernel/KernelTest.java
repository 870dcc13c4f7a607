package org.djlflows.kernel;

import static org.djlflows.testing.Fixtures.assertRefused;
import static org.djlflows.testing.Fixtures.isRecorded;
import static org.djlflows.testing.Fixtures.store;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;

import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Kernels as text, as programs, and in threads. */
class KernelTest {

    private static final String SCALED =
            """
            def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                return x * SCALE + OFFSET
            """;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void constantsFillHoles() {
        Kernel kernel = Kernel.of("scaled", SCALED).with("SCALE", 2.5).with("OFFSET", -1);
        assertArrayEquals(new float[] {1.5f, 4}, run(kernel, 1, 2));

        Kernel chosen =
                Kernel.of(
                                "chosen",
                                """
                                def forward(x: Tensor) -> Tensor:
                                    return x.flip(AXES) if FLIPPED else x
                                """)
                        .with("AXES", List.of(0));
        assertArrayEquals(new float[] {2, 1}, run(chosen.with("FLIPPED", true), 1, 2));
        assertArrayEquals(new float[] {1, 2}, run(chosen.with("FLIPPED", false), 1, 2));
    }

    @Test
    void aHoleIsAWholeName() {
        Kernel kernel =
                Kernel.of(
                                "names",
                                """
                                def forward(x: Tensor) -> Tensor:
                                    N_TIMES = 3
                                    return x * N_TIMES + N
                                """)
                        .with("N", 10);
        assertArrayEquals(new float[] {13}, run(kernel, 1));
    }

    @Test
    void kernelsFillHoles() {
        Kernel scaled = Kernel.of("scaled", SCALED).with("SCALE", 3).with("OFFSET", 0);
        Kernel squared =
                Kernel.of(
                                "squared",
                                """
                                def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                                    return twice(inner.forward(x, p).square())


                                def twice(x: Tensor) -> Tensor:
                                    return x * 2
                                """)
                        .calling("inner", scaled);
        Kernel outer =
                Kernel.of(
                                "outer",
                                """
                                def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                                    return part.forward(x, p) + inner.forward(x, p)
                                """)
                        .calling("part", squared)
                        .calling("inner", scaled);
        assertArrayEquals(new float[] {2 * 36 + 6}, run(outer, 2));
    }

    @Test
    void kernelsOfOneNameAndOtherConstantsLiveSideBySide() {
        Kernel scaled = Kernel.of("scaled", SCALED).with("OFFSET", 0);
        Kernel both =
                Kernel.of(
                                "both",
                                """
                                def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                                    return a.forward(x, p) + 10 * b.forward(x, p) + 100 * a.forward(x, p)
                                """)
                        .calling("a", scaled.with("SCALE", 2))
                        .calling("b", scaled.with("SCALE", 3));
        assertArrayEquals(new float[] {232}, run(both, 1));
        assertArrayEquals(new float[] {2}, run(scaled.with("SCALE", 2), 1));
        assertArrayEquals(new float[] {3}, run(scaled.with("SCALE", 3), 1));
    }

    @Test
    void contextIsOptional() {
        Kernel kernel =
                Kernel.of(
                        "shifted",
                        """
                        def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return x if c is None else x + c * p[1]
                        """);
        Program program = Program.of(kernel, 2, "forward");
        NDList x = new NDList(manager.create(1f));
        NDList context = new NDList(manager.create(5f));
        List<NDArray> p = List.of(manager.create(0f), manager.create(2f));
        assertEquals(1, program.call("forward", x, new NDList(), p).get(0).getFloat());
        assertEquals(11, program.call("forward", x, context, p).get(0).getFloat());
    }

    @Test
    void aMissingFunctionIsRefused() {
        Kernel kernel = Kernel.of("scaled", SCALED).with("SCALE", 1).with("OFFSET", 0);
        assertRefused(
                IllegalArgumentException.class,
                "Kernel scaled: expected a typed function inverse",
                () -> Program.of(kernel, 0, "forward", "inverse"));
    }

    @Test
    void aMistypedParameterDoesNotCompile() {
        Kernel kernel =
                Kernel.of(
                                "mistyped",
                                """
                                def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                                    return x * p.weigth
                                """)
                        .taking(new ParameterNames(List.of("weight")));
        assertRefused(
                KernelException.class,
                "Kernel mistyped does not compile",
                () -> Program.of(kernel, 1, "forward"));
    }

    @Test
    void whatIsAddedToAKernelDoesNotReplaceItsOwn() {
        Kernel own =
                Kernel.of(
                        "own",
                        """
                        def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                            return error(x * CLOSE)


                        def error(x: Tensor) -> Tensor:
                            return x
                        """);
        assertRefused(
                IllegalArgumentException.class,
                "Kernel own: expected no function error, which inverse_of_bijection adds, got one",
                () -> NumericalInverse.ofBijection(own, DataType.FLOAT32));
        assertRefused(
                IllegalArgumentException.class,
                "Kernel own: expected no hole CLOSE, which root fills otherwise, got one",
                () -> NumericalInverse.solving(own.with("CLOSE", 0.5), DataType.FLOAT32));
        // Filled alike it means the same.
        NumericalInverse.solving(own.with("CLOSE", 1e-5), DataType.FLOAT32);
        Kernel half = Kernel.of("half", "def record(x: Tensor) -> Tensor:\n    return x\n");
        assertRefused(
                IllegalArgumentException.class,
                "Kernel half: expected all of record, backward or none, got record",
                () -> Autograd.ofNetwork(half));
    }

    /** \(x + e^x\), of which \(e^x\) overflows at most of these values. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void rootsAreFoundWhereTheSearchBeginsBeyondTheLargestNumber(DataType type) {
        Kernel kernel =
                Kernel.of(
                        "grown",
                        """
                        def forward(
                            x: Tensor, theta: Tensor, p: List[Tensor]
                        ) -> Tuple[Tensor, Tensor]:
                            return x + x.exp(), (1 + x.exp()).log()
                        """);
        Kernel inverted = NumericalInverse.ofUnivariate(kernel, type);
        Program program = Program.of(inverted, 0, "forward", "inverse");
        NDArray z = manager.create(new double[] {-1000, 0, 100, 1e4, 1e30}).toType(type, false);
        NDList theta = new NDList(manager.zeros(new Shape(0), type));
        NDList x = program.call("inverse", new NDList(z).addAll(theta), new NDList(), List.of());
        assertEquals(4.5585, x.get(0).toType(DataType.FLOAT64, true).getDouble(2), 1e-4);
        NDList back = new NDList(x.get(0)).addAll(theta);
        NDArray again = program.call("forward", back, new NDList(), List.of()).get(0);
        Fixtures.assertClose(z.onesLike(), again.add(1).div(z.add(1)), 1e-4);
    }

    @Test
    void aMissingResourceIsRefused() {
        assertRefused(
                IllegalArgumentException.class,
                "nowhere.py beside org.djlflows.kernel.KernelTest",
                () -> Kernel.of(KernelTest.class, "nowhere"));
    }

    @Test
    void constantsThatPythonCannotWriteAreRefused() {
        Kernel kernel = Kernel.of("scaled", SCALED);
        for (Object constant : new Object[] {Double.NaN, Double.POSITIVE_INFINITY, Float.NaN}) {
            assertRefused(
                    IllegalArgumentException.class,
                    "expected a finite constant",
                    () -> kernel.with("SCALE", constant));
        }
    }

    @Test
    void aKernelThatDoesNotCompileIsNamedWithItsLine() {
        Kernel broken =
                Kernel.of(
                        "broken",
                        """
                        def forward(x: Tensor) -> Tensor:
                            y = x + 1
                            return y.no_such_operator()
                        """);
        String message =
                assertRefused(
                                KernelException.class,
                                "Kernel broken does not compile",
                                () -> Program.of(broken, 0, "forward"))
                        .getMessage();
        assertTrue(message.contains("broken_0.py\", line 3"), message);
        assertTrue(message.contains("return y.no_such_operator()"), message);
    }

    @Test
    void aFailingKernelIsNamedWithLineAndShapes() {
        Kernel product =
                Kernel.of(
                        "product",
                        """
                        def times(x: Tensor, y: Tensor) -> Tensor:
                            z = x
                            return z.mm(y)
                        """);
        Kernel caller =
                Kernel.of(
                                "caller",
                                """
                                def forward(x: Tensor, y: Tensor) -> Tensor:
                                    return product.times(x, y)
                                """)
                        .calling("product", product);
        Program program = Program.of(caller, 0, "forward");
        NDList inputs =
                new NDList(
                        manager.ones(new Shape(2, 3)),
                        manager.ones(new Shape(4, 5), DataType.FLOAT64));
        String message =
                assertRefused(
                                KernelException.class,
                                "Kernel caller.forward failed at product.py line 3",
                                () -> program.call("forward", inputs, new NDList(), List.of()))
                        .getMessage();
        assertTrue(message.contains("`return "), message);
        assertTrue(message.contains("(2, 3) float32 (4, 5) float64"), message);
    }

    @Test
    void theGradModeOfTheThreadDecidesWhatIsRecorded() {
        Program program = Program.of(product(), 1, "forward");
        NDArray weight = weight(3);
        NDList x = new NDList(manager.create(2f));
        Fixtures.backward(
                () -> {
                    NDArray y = program.call("forward", x, new NDList(), List.of(weight)).get(0);
                    assertTrue(isRecorded(y));
                    return y;
                });
        assertEquals(2, weight.getGradient().getFloat());
        try (NoGrad noGrad = NoGrad.open()) {
            NDArray y = program.call("forward", x, new NDList(), List.of(weight)).get(0);
            assertFalse(isRecorded(y));
            assertEquals(6, y.getFloat());
        }
    }

    @Test
    void gradientsFlowAfterCallsThatRecordNone() {
        Fixtures.seed(1);
        Mlp block = new Mlp(4);
        block.initialize(manager, DataType.FLOAT32, new Shape(3, 2));
        NDArray weight = block.getParameters().get(0).getValue().getArray();
        weight.setRequiresGradient(true);
        NDList x = new NDList(manager.ones(new Shape(3, 2)));
        for (int i = 0; i < 4; i++) {
            try (NoGrad noGrad = NoGrad.open()) {
                assertFalse(isRecorded(block.forward(store(manager), x, false).get(0)));
                block.forward(store(manager), x, true);
            }
            block.forward(store(manager), x, false);
            // PyTorch's inference tensors would fail here.
            Fixtures.backward(
                    () -> {
                        NDArray inner = block.forward(store(manager), x, false).get(0);
                        return block.forward(store(manager), x, true).get(0).mul(inner).sum();
                    });
            assertTrue(weight.getGradient().abs().sum().getFloat() > 0);
            weight.getGradient().subi(weight.getGradient());
        }
    }

    @Test
    void workersComputeWhatOneThreadComputes() throws Exception {
        Fixtures.seed(2);
        Mlp block = new Mlp(32, 32);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 5));
        NDArray x = manager.randomNormal(new Shape(50, 5));
        block.getParameters().values().forEach(p -> p.getArray().setRequiresGradient(true));
        Callable<float[]> work =
                () -> {
                    try (NDManager own = NDManager.newBaseManager();
                            NoGrad noGrad = NoGrad.open()) {
                        NDArray mine = own.create(x.toFloatArray(), x.getShape());
                        NDArray sum = own.zeros(new Shape(50, 32));
                        for (int i = 0; i < 20; i++) {
                            NDArray y = block.forward(store(own), new NDList(mine), false).get(0);
                            assertFalse(isRecorded(y));
                            sum.addi(y);
                        }
                        return sum.toFloatArray();
                    }
                };
        float[] serial = work.call();
        for (float[] parallel : inThreads(8, work)) {
            assertArrayEquals(serial, parallel);
        }
    }

    @Test
    void threadsCompileTheSameKernelAtOnce() throws Exception {
        Kernel kernel = Kernel.of("raced", SCALED).with("SCALE", 7).with("OFFSET", 0);
        for (float[] result : inThreads(8, () -> run(kernel, 3))) {
            assertArrayEquals(new float[] {21}, result);
        }
    }

    @Test
    void noGradRestoresTheModeOfItsThread() throws Exception {
        boolean before = JniUtils.isGradMode();
        Callable<List<Boolean>> modes =
                () -> {
                    List<Boolean> seen = new ArrayList<>();
                    seen.add(JniUtils.isGradMode());
                    try (NoGrad outer = NoGrad.open()) {
                        seen.add(JniUtils.isGradMode());
                        try (NoGrad inner = NoGrad.open()) {
                            seen.add(JniUtils.isGradMode());
                        }
                        seen.add(JniUtils.isGradMode());
                    }
                    seen.add(JniUtils.isGradMode());
                    return seen;
                };
        for (List<Boolean> seen : inThreads(2, modes)) {
            assertEquals(List.of(true, false, false, false, true), seen);
        }
        assertEquals(before, JniUtils.isGradMode());
    }

    @Test
    void programsSurviveGarbageCollection() throws Exception {
        Program program = Program.of(product(), 1, "forward");
        NDList x = new NDList(manager.create(2f));
        for (int i = 0; i < 3; i++) {
            System.gc();
            System.runFinalization();
            Thread.sleep(20);
            NDList y = program.call("forward", x, new NDList(), List.of(weight(4)));
            assertEquals(8, y.get(0).getFloat());
        }
    }

    @Test
    void resultsGoToTheManagerOfTheInput() {
        NDManager model = manager.newSubManager();
        NDManager batch = manager.newSubManager();
        NDArray weight = model.create(3f);
        weight.setRequiresGradient(true);
        weight.setName("net.weight");
        NDList x = new NDList(batch.create(2f));
        Program program = Program.of(product(), 1, "forward");
        int before = model.getManagedArrays().size();
        Fixtures.backward(
                () -> program.call("forward", x, new NDList(), List.of(weight)).get(0).square());
        assertEquals(before, model.getManagedArrays().size());
        NDList y = program.call("forward", x, new NDList(), List.of(weight));
        assertEquals(batch, y.get(0).getManager());
    }

    @Test
    void namesOfArraysDoNotMatter() {
        Program program = Program.of(product(), 1, "forward");
        for (String name : new String[] {"weight", "net.weight", "p[]", "p()", "module_method:f"}) {
            NDArray x = manager.create(2f);
            NDArray weight = weight(3);
            x.setName(name);
            weight.setName(name);
            Fixtures.backward(
                    () ->
                            program.call("forward", new NDList(x), new NDList(), List.of(weight))
                                    .get(0));
            assertEquals(2, weight.getGradient().getFloat(), name);
            assertEquals(name, weight.getName());
        }
    }

    private static Kernel product() {
        return Kernel.of(
                "weighted",
                """
                def forward(x: Tensor, p: List[Tensor]) -> Tensor:
                    return x * p[0]
                """);
    }

    private NDArray weight(float value) {
        NDArray weight = manager.create(value);
        weight.setRequiresGradient(true);
        return weight;
    }

    private static float[] run(Kernel kernel, float... x) {
        try (NDManager own = NDManager.newBaseManager()) {
            NDList inputs = new NDList(own.create(x));
            return Program.of(kernel, 0, "forward")
                    .call("forward", inputs, new NDList(), List.of())
                    .get(0)
                    .toFloatArray();
        }
    }

    private static <T> List<T> inThreads(int threads, Callable<T> work) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future :
                    workers.invokeAll(java.util.Collections.nCopies(threads, work))) {
                results.add(future.get());
            }
            return results;
        } finally {
            workers.shutdown();
        }
    }
}
