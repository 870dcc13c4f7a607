package org.djlflows.cli;

import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NumericalInverse;
import org.djlflows.model.Flows;
import org.djlflows.spec.Field;
import org.djlflows.spec.Kinds;
import org.djlflows.spec.Specs;
import org.djlflows.univariate.Univariate;

import java.util.List;
import java.util.Optional;

/** A scalar map as a user has it, on the class path of these tests. */
public final class OwnKinds implements Kinds {

    /** {@inheritDoc} */
    @Override
    public List<Class<? extends Record>> kinds() {
        return List.of(Bends.class);
    }

    /**
     * z = x + h log cosh(x / w): as a line, with a bend at 0.
     *
     * @param width w
     */
    record Bends(
            @Field(value = "The width of a bend", least = 1, most = 100, byDefault = "4") int width)
            implements Flows.OwnMap {

        Bends {
            Specs.check(Bends.class, width);
        }

        @Override
        public Univariate newMap() {
            return new Family(width);
        }
    }

    private static final class Family extends Univariate {

        private final int width;

        Family(int width) {
            super(1);
            this.width = width;
        }

        @Override
        protected Optional<Kernel> source(boolean training) {
            String forward =
                    """
                    def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
                        h = 0.9 * theta.squeeze(1).tanh()
                        u = x / WIDTH
                        return x + WIDTH * h * torch.logaddexp(u, -u), torch.log1p(h * u.tanh())
                    """;
            Kernel kernel = Kernel.of("bends", forward).with("WIDTH", width);
            return Optional.of(NumericalInverse.ofUnivariate(kernel, getDataType()));
        }
    }
}
