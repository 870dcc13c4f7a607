package org.djlflows.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.Mlp;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Optional;

/** A layer that is right has no findings, and each fault is found and named. */
class LayerCheckTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(2);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** What is wrong with a layer, and the check that finds it, alone or among others. */
    private enum Fault {
        NONE(""),
        LOG_DET("Jacobian"),
        SIGN_OF_INVERSE("log-dets"),
        INVERSE("round trip"),
        NAN("finite"),
        ORIENTATION("orientation"),
        ROWS("rows"),
        BACKWARD("backward"),
        DETACHED("gradients"),
        FAILING("round trip");

        private final String check;

        Fault(String check) {
            this.check = check;
        }
    }

    /** z = x exp(s), with a fault. */
    private static final class Scale extends AbstractBijection {

        private static final String SOURCE =
                """
                def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                    s = p.log_scale
                    if FAULT == "DETACHED":
                        s = s.detach()
                    z = x * s.exp()
                    l = s.sum().expand(x.size(0))
                    if FAULT == "LOG_DET":
                        l = 2 * l
                    if FAULT == "NAN":
                        z = torch.where(x > 0.9, x / 0 - x / 0, z)
                    if FAULT == "ORIENTATION":
                        z = torch.cat([z[:, :1].abs(), z[:, 1:]], 1)
                    if FAULT == "ROWS":
                        z = z + x.mean()
                    return z, l


                def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                    s = -p.log_scale
                    l = s.sum().expand(z.size(0))
                    if FAULT == "SIGN_OF_INVERSE":
                        l = -l
                    if FAULT == "INVERSE":
                        s = -s
                    if FAULT == "FAILING":
                        z = z.mm(z)
                    return z * s.exp(), l
                """;

        private static final String BACKWARD =
                """


                def record(
                    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
                ) -> Tuple[Tensor, Tensor]:
                    tape.append(x)
                    return forward(x, c, p)


                def backward(
                    g: Tensor, gl: Tensor, c: Optional[Tensor], p: List[Tensor],
                    tape: List[Tensor], gc: List[Tensor]
                ) -> Tuple[Tensor, List[Tensor]]:
                    x = tape.pop()
                    e = p.log_scale.exp()
                    return g * e, [2 * (g * x * e).sum([0]) + gl.sum()]
                """;

        private final Fault fault;

        Scale(Fault fault) {
            this.fault = fault;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source = fault == Fault.BACKWARD ? SOURCE + BACKWARD : SOURCE;
            return Optional.of(
                    Kernel.of("scale", source.replace("FAULT", '"' + fault.name() + '"')));
        }

        @Override
        protected void prepare(Shape[] inputShapes) {
            addWeight("log_scale", inputShapes[0].slice(1), Initializer.ZEROS);
        }
    }

    private NDList rows(DataType type) {
        return new NDList(manager.randomNormal(0, 1, new Shape(20, 3), type));
    }

    private Scale scale(Fault fault, DataType type) {
        Scale scale = new Scale(fault);
        scale.initialize(manager, type, new Shape(1, 3));
        Fixtures.randomise(scale);
        return scale;
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void faultsAreFound(Fault fault) {
        Scale scale = scale(fault, DataType.FLOAT64);
        double[] weights = scale.getParameters().valueAt(0).getArray().toDoubleArray();
        NDList rows = rows(DataType.FLOAT64);
        int before = manager.getManagedArrays().size();
        CheckReport report = LayerCheck.of(scale, rows);
        assertEquals(before, manager.getManagedArrays().size());
        assertArrayEquals(weights, scale.getParameters().valueAt(0).getArray().toDoubleArray(), 0);
        List<String> wrong = report.of(Verdict.WRONG).stream().map(Finding::check).toList();
        if (fault == Fault.NONE) {
            assertTrue(report.isRight(), report.toString());
            assertEquals(List.of(), report.of(Verdict.OPEN));
            assertTrue(report.toString().startsWith("ok       Scale  finite: yes; "), "" + report);
        } else {
            assertTrue(wrong.contains(fault.check), report.toString());
            assertTrue(report.toString().startsWith("WRONG    Scale  "), report.toString());
        }
        if (fault == Fault.LOG_DET) {
            // The log-dets of the two directions do not agree either.
            assertEquals(List.of("log-dets", "Jacobian"), wrong);
        }
        if (fault == Fault.NAN) {
            Finding first = report.of(Verdict.WRONG).get(0);
            double[] x = rows.get(0).toDoubleArray();
            int row = 0;
            while (x[3 * row] <= 0.9 && x[3 * row + 1] <= 0.9 && x[3 * row + 2] <= 0.9) {
                row++;
            }
            assertEquals(row, first.value());
            assertTrue(first.text().contains("got a value of NaN in row " + row), first.text());
        }
    }

    @Test
    void layersOfTheLibraryAreRight() {
        Coupling coupling =
                new Coupling(Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(8, 5), new Mlp(16));
        coupling.initialize(manager, DataType.FLOAT64, new Shape(1, 5), new Shape(1, 2));
        Fixtures.randomise(coupling);
        NDList rows =
                new NDList(
                        manager.randomNormal(0, 2, new Shape(40, 5), DataType.FLOAT64),
                        manager.randomNormal(0, 1, new Shape(40, 2), DataType.FLOAT64));
        CheckReport report = LayerCheck.of(coupling, rows);
        assertTrue(report.isRight(), report.toString());
        assertTrue(report.findings().stream().anyMatch(f -> f.check().equals("backward")));
        LuLinear linear = new LuLinear();
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        Fixtures.randomise(linear);
        CheckReport inFloat32 = LayerCheck.of(linear, rows(DataType.FLOAT32));
        assertTrue(inFloat32.isRight(), inFloat32.toString());
        assertTrue(inFloat32.findings().stream().noneMatch(f -> f.check().equals("gradients")));
    }

    /** z = x + a sin(x), which increases for |a| up to 1 alone. */
    private static final class Wave extends Univariate {

        private final double bound;

        Wave(double bound) {
            super(1);
            this.bound = bound;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        a = BOUND * theta.select(1, 0).tanh()
                        return x + a * x.sin(), (1 + a * x.cos()).abs().log()


                    def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        x = z
                        a = BOUND * theta.select(1, 0).tanh()
                        for i in range(400):
                            x = z - a * x.sin()
                        return x, -(1 + a * x.cos()).abs().log()
                    """;
            return Optional.of(Kernel.of("wave", source).with("BOUND", bound));
        }
    }

    @Test
    void mapsAreMonotone() {
        CheckReport right = LayerCheck.of(new RationalQuadraticSpline(8, 5), manager);
        assertTrue(right.isRight(), right.toString());
        CheckReport own = LayerCheck.of(new Wave(0.9), manager);
        assertTrue(own.isRight(), own.toString());
        CheckReport wrong = LayerCheck.of(new Wave(3), manager);
        Finding finding =
                wrong.of(Verdict.WRONG).stream()
                        .filter(f -> f.check().equals("monotone"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(finding.text().startsWith("expected z to increase with x"), finding.text());
    }
}
