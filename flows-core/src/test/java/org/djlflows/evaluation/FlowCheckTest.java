package org.djlflows.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.AbstractBijection;
import org.djlflows.Bijection;
import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Elementwise;
import org.djlflows.bijection.LuLinear;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.evaluation.Finding.Verdict;
import org.djlflows.kernel.Kernel;
import org.djlflows.spec.Domain;
import org.djlflows.testing.Fixtures;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

/** Flows that are right, and what is wrong with others, by the name of the layer. */
class FlowCheckTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Fixtures.seed(8);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NormalizingFlow flow(Bijection last, DataType type) {
        return flow(new LuLinear(), last, type);
    }

    private NormalizingFlow flow(Bijection first, Bijection last, DataType type) {
        NormalizingFlow flow =
                new NormalizingFlow(new SequentialBijection(first, last), new StandardNormal());
        flow.initialize(manager, type, new Shape(1, 2));
        Fixtures.randomise(flow);
        return flow;
    }

    private static Elementwise spline() {
        return new Elementwise(new RationalQuadraticSpline(8, 3));
    }

    private static CheckReport check(NormalizingFlow flow, NDList rows) {
        return FlowCheck.layers(flow, rows).and(FlowCheck.density(flow, rows, Bounds.none(2)));
    }

    @Test
    void aFlowIsADistribution() {
        for (DataType type : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            NormalizingFlow flow = flow(spline(), type);
            NDList rows = new NDList(flow.sample(manager, 300));
            int before = manager.getManagedArrays().size();
            CheckReport report = check(flow, rows);
            assertEquals(before, manager.getManagedArrays().size());
            assertTrue(report.isRight(), report.toString());
            assertEquals(List.of(), report.of(Verdict.OPEN), report.toString());
            List<String> subjects =
                    report.findings().stream().map(Finding::subject).distinct().toList();
            assertEquals(
                    List.of("layer 1, LuLinear", "layer 2, Elementwise", "samples", "density"),
                    subjects);
            assertEquals(report, check(flow, rows));
        }
    }

    @Test
    void samplesOfTheFlowFit() {
        NormalizingFlow flow = flow(spline(), DataType.FLOAT32);
        NDList rows = new NDList(flow.sample(manager, 400));
        FitCheck right = FitCheck.of(flow, rows, 300, 49, List.of("a", "b"));
        assertTrue(right.report().of(Verdict.DIFFERS).isEmpty(), right.report().toString());
        assertEquals(2, right.calibration().ranks().size());
        NDArray moved = rows.get(0).add(manager.create(new float[] {1, 0}));
        CheckReport report =
                FitCheck.of(flow, new NDList(moved), 300, 49, List.of("a", "b")).report();
        List<String> differs = report.of(Verdict.DIFFERS).stream().map(Finding::check).toList();
        assertTrue(differs.containsAll(List.of("C2ST accuracy", "MMD squared", "a")), "" + report);
        assertTrue(report.isRight());
    }

    /** z = arctan(x), which does not reach the tails of the noise, so that mass is missing. */
    private static class Bent extends AbstractBijection {

        String forward() {
            return "return x.atan(), -torch.log1p(x * x).sum([1])";
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String source =
                    """
                    def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        FORWARD


                    def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        x = z.clamp(-1.57, 1.57).tan()
                        return x, torch.log1p(x * x).sum([1])
                    """;
            return Optional.of(Kernel.of("bent", source.replace("FORWARD", forward())));
        }
    }

    private static final class Halved extends Bent {

        @Override
        String forward() {
            return "return x, torch.full([x.size(0)], -0.693, dtype=x.dtype)";
        }
    }

    private static final class Breaking extends Bent {

        @Override
        String forward() {
            return "return x + 0 * (x.abs() - 50).clamp(0, 1).exp().log1p().log().atanh(), 0 *"
                    + " x.sum([1]) + (50 - x.abs().amax(1)).sqrt() * 0";
        }
    }

    @Test
    void massThatIsNotReachedIsMissing() {
        NormalizingFlow flow = flow(new Bent(), DataType.FLOAT64);
        NDList rows = new NDList(manager.randomNormal(0, 1, new Shape(300, 2), DataType.FLOAT64));
        CheckReport report = check(flow, rows);
        Finding mass = finding(report, "mass");
        // The probability of (-pi/2, pi/2) for each of two features.
        assertEquals(Math.pow(0.88378, 2), mass.value(), 0.02);
        assertEquals(Verdict.WRONG, mass.verdict());
        assertEquals(Verdict.WRONG, finding(report, "density").verdict());
    }

    @Test
    void aWrongLogDeterminantIsNamed() {
        NormalizingFlow flow = flow(new Halved(), DataType.FLOAT64);
        NDList rows = new NDList(manager.randomNormal(0, 1, new Shape(300, 2), DataType.FLOAT64));
        CheckReport report = check(flow, rows);
        assertEquals(0.5, finding(report, "mass").value(), 0.02);
        Finding jacobian =
                report.of(Verdict.WRONG).stream()
                        .filter(finding -> finding.check().equals("Jacobian"))
                        .findFirst()
                        .orElseThrow();
        assertEquals("layer 2, Halved", jacobian.subject());
    }

    @Test
    void theLayerWhereRowsAreLostIsNamed() {
        NormalizingFlow flow = flow(spline(), new Breaking(), DataType.FLOAT64);
        NDArray x = manager.randomNormal(0, 1, new Shape(300, 2), DataType.FLOAT64);
        CheckReport far = check(flow, new NDList(x));
        Finding extreme = finding(far, "far away");
        assertEquals(1000, extreme.value());
        assertTrue(extreme.text().endsWith("from layer 2, Breaking"), extreme.text());
        assertTrue(extreme.text().contains("feature 0 at +1e+03"), extreme.text());
        x.set(new NDIndex("7, 1"), 60);
        Finding rows = finding(FlowCheck.rows(flow, new NDList(x)), "rows");
        assertEquals(Verdict.WRONG, rows.verdict());
        assertEquals(7, rows.value());
        assertTrue(rows.text().endsWith("in row 7 (from 0), from layer 2, Breaking"), rows.text());
    }

    private static Finding finding(CheckReport report, String check) {
        return report.findings().stream()
                .filter(finding -> finding.check().equals(check))
                .filter(finding -> !finding.subject().startsWith("layer"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void boundsOfDomains() {
        Bounds bounds =
                Bounds.of(
                        List.of(
                                new Domain.Line(),
                                new Domain.HalfLine(3),
                                new Domain.Interval(-1, 1),
                                new Domain.Circle(0, 360)));
        assertTrue(bounds.contains(-1e30, 1e30, 1.9, 179));
        assertFalse(bounds.contains(0, -0.1, 1, 0));
        assertFalse(bounds.contains(0, 1, 2.1, 0));
        assertFalse(bounds.contains(0, 1, 1, 181));
        assertTrue(bounds.isFree(0));
        assertFalse(bounds.isFree(1));
        Fixtures.assertRefused(
                IllegalArgumentException.class,
                "lower bound below",
                () -> Bounds.of(new double[] {1}, new double[] {1}));
    }
}
