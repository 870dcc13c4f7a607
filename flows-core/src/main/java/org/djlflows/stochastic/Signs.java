package org.djlflows.stochastic;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.initializer.Initializer;

import org.djlflows.AbstractDistribution;
import org.djlflows.kernel.Kernel;
import org.djlflows.nn.RowParameters;

import java.util.Arrays;
import java.util.Optional;

/**
 * Independent signs, -1 or 1, with probabilities of a half or from a network: \(\log P(s \mid c) =
 * \sum_i \log \mathrm{sigmoid}(s_i\,l_i(c))\).
 */
final class Signs extends AbstractDistribution {

    private final Optional<RowParameters> logits;

    Signs(Optional<Block> network) {
        logits =
                network.map(block -> new RowParameters(n -> n, Initializer.ZEROS, block))
                        .map(l -> addChildBlock("logits", l));
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        Kernel kernel =
                Kernel.of(Signs.class, "signs")
                        .with("SHAPE", Arrays.stream(getEventShape().getShape()).boxed().toList());
        return logits.map(l -> l.kernel(training))
                .orElse(Optional.of(Kernel.of(Signs.class, "fair")))
                .map(l -> kernel.calling("logits", l));
    }

    @Override
    protected void prepare(Shape[] inputShapes) {
        requireVectors(inputShapes[0]);
    }
}
