package org.djlflows.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.Mask;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.nn.Mlp;
import org.djlflows.univariate.Univariate;
import org.junit.jupiter.api.Test;

import java.util.Optional;
import java.util.stream.Stream;

/** The contract as a user runs it: a layer and a scalar map that the library does not know. */
class OwnLayerTest extends BijectionContract {

    @Override
    protected Stream<Subject> subjects() {
        return Stream.of(
                Subject.of("asinh", Asinh::new, 4).fitting("centre"),
                Subject.of("asinh", Asinh::new, 3).ignoring(2).inverted(),
                Subject.of("sum of cubes", OwnLayerTest::coupling, 5).given(2));
    }

    @Test
    void whatIsFittedIsRandomised() {
        Subject subject = Subject.of("asinh", Asinh::new, 4);
        assertEquals(0, centre(subject));
        assertTrue(centre(subject.fitting("centre")) > 0);
    }

    private static double centre(Subject subject) {
        try (NDManager manager = NDManager.newBaseManager()) {
            Block layer = subject.make(manager, DataType.FLOAT64);
            NDArray centre = layer.getParameters().get("centre").getArray();
            return centre.abs().min().getDouble();
        }
    }

    private static Coupling coupling() {
        return new Coupling(Mask.KEEP_FIRST_HALF, new Cubes(), new Mlp(8));
    }

    /** z = asinh(exp(s) (x - m)), with m fitted to data. */
    private static final class Asinh extends AbstractBijection {

        @Override
        protected Optional<Kernel> source(boolean training) {
            return Optional.of(
                    Kernel.of(
                            "asinh",
                            """
                            def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                                y = (x - p.centre) * p.log_scale.exp()
                                return y.asinh(), (p.log_scale - torch.log1p(y * y) / 2).sum([1])


                            def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                                y = z.sinh()
                                x = y * (-p.log_scale).exp() + p.centre
                                return x, (torch.log1p(y * y) / 2 - p.log_scale).sum([1])
                            """));
        }

        @Override
        protected void prepare(Shape[] inputShapes) {
            Shape features = inputShapes[0].slice(1);
            addWeight("log_scale", features, Initializer.ZEROS);
            addBuffer("centre", features, Initializer.ZEROS);
        }
    }

    /** z = exp(a) (x + b^2 x^3), of which forward alone is known. */
    private static final class Cubes extends Univariate {

        Cubes() {
            super(2);
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String forward =
                    """
                    def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        a, b = theta.unbind(1)
                        y = b * x
                        return a.exp() * x * (1 + y * y), a + torch.log1p(3 * y * y)
                    """;
            Kernel kernel = Kernel.of("cubes", forward);
            return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
        }
    }
}
