package org.djlflows.testing;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.LuLinear;
import org.djlflows.kernel.Kernel;

import java.util.Optional;
import java.util.stream.Stream;

/** The contract as a user runs it: a distribution that the library does not know. */
class OwnDistributionTest extends DistributionContract {

    @Override
    protected Stream<DistributionSubject> subjects() {
        return Stream.of(
                DistributionSubject.of("laplace", Laplace::new),
                DistributionSubject.of("laplace", Laplace::new).ignoring(2),
                DistributionSubject.of(
                        "flow over it", () -> new NormalizingFlow(new LuLinear(), new Laplace())));
    }

    /** log p(x) = - sum of |x| exp(-s) + s + log 2. */
    private static final class Laplace extends AbstractDistribution {

        @Override
        protected Optional<Kernel> source(boolean training) {
            String functions =
                    """
                    def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                        y = x * (-p.log_scale).exp()
                        return -(y.abs() + p.log_scale + LOG_2).sum([1])


                    def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        e = torch.empty([2, rows.size(0), N], dtype=rows.dtype, device=rows.device)
                        e = e.exponential_()
                        x = (e[0] - e[1]) * p.log_scale.exp()
                        return x, log_prob(x, c, p)
                    """;
            return Optional.of(
                    Kernel.of("laplace", functions)
                            .with("N", getEventShape().get(0))
                            .with("LOG_2", Math.log(2)));
        }

        @Override
        protected void prepare(Shape[] inputShapes) {
            addWeight("log_scale", inputShapes[0].slice(1), Initializer.ZEROS);
        }
    }
}
