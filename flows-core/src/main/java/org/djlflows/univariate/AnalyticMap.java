package org.djlflows.univariate;

import org.djlflows.kernel.Kernel;
import org.djlflows.spec.AnalyticFamily;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Maps without a kink on all of \(\mathbb{R}\) that have a closed inverse: layers of one family,
 * each with a centre c and a width w of its own, then scale and shift. With \(u = (x - c) / w\) and
 * \(z = c + w v\):
 *
 * <ul>
 *   <li>{@link AnalyticFamily#CUBIC_RATIONAL}: \(v = u + \alpha u / (1 + u^2)\), \(-1 &lt; \alpha
 *       &lt; 8\)
 *   <li>{@link AnalyticFamily#SINH}: \(v = \sinh^{-1}(e^\mu (e^\nu \sinh u + \beta))\)
 *   <li>{@link AnalyticFamily#CUBIC}: \(v = g^{-1}(g(u) + \beta)\) with \(g(u) = 3 u + 4 u^3\)
 * </ul>
 *
 * <p>The bends are local: far out each layer is \(z = x\) (cubic-rational and cubic) or a shift of
 * it (sinh). 3, 5 or 3 parameters a layer and scalar, and 2 more. Both directions cost some 20
 * operations a layer; the cubic-rational inverse is Cardano's formula and two steps of Newton's.
 *
 * @see <a href="https://arxiv.org/abs/2601.10774">Gerdes and Cheng, Analytic Bijections for Smooth
 *     and Interpretable Normalizing Flows, 2026</a>
 */
public final class AnalyticMap extends Univariate {

    private static final double SMALLEST_WIDTH = 0.1;

    /** How far apart the centres of the first and the last layer are at first, in deviations. */
    private static final double SPREAD = 3;

    /** Slopes of cubic-rational maps are at least 0.01. */
    private static final double LEAST = -0.99;

    private static final double MOST = 7.92;

    private final AnalyticFamily family;
    private final int layers;

    /**
     * Creates the family.
     *
     * @param family which maps the layers are
     * @param layers how many follow each other, at least 1
     * @throws IllegalArgumentException if there is no layer
     */
    public AnalyticMap(AnalyticFamily family, int layers) {
        super(parameters(family) * layers + 2);
        Mixtures.require(AnalyticMap.class, layers > 0, "at least 1 layer", layers);
        this.family = family;
        this.layers = layers;
    }

    private static int parameters(AnalyticFamily family) {
        return family == AnalyticFamily.SINH ? 5 : 3;
    }

    @Override
    protected Optional<Kernel> source(boolean training) {
        String name = family.name().toLowerCase(Locale.ROOT);
        Kernel maps =
                Kernel.of(AnalyticMap.class, name)
                        .with("SMALLEST", SMALLEST_WIDTH)
                        .with("ONE", Math.log(Math.expm1(1 - SMALLEST_WIDTH)));
        maps =
                family == AnalyticFamily.CUBIC_RATIONAL
                        ? maps.with("LEAST", LEAST)
                                .with("RANGE", MOST - LEAST)
                                .with("MIDDLE", Math.log(-LEAST / MOST))
                                .with("FAR", 1e6)
                        : maps.calling(
                                "sinh_shift",
                                Kernel.of(AnalyticMap.class, "sinh_shift")
                                        .with("LOG_TWO", Math.log(2)));
        return Optional.of(
                Kernel.of(AnalyticMap.class, "analytic_map")
                        .calling("family", maps)
                        .calling("scale_map", softClip())
                        .with("LAYERS", layers)
                        .with("PARAMETERS", parameters(family))
                        .with("PLACES", places()));
    }

    /** As numbers of float32, in which TorchScript keeps lists. */
    private List<Double> places() {
        return IntStream.range(0, layers)
                .mapToDouble(i -> SPREAD * ((i + 0.5) / layers - 0.5))
                .mapToObj(place -> (double) (float) place)
                .toList();
    }
}
