package org.djlflows.runtime;

/**
 * The distribution function of a mixture of logistic ones, and behind it the quantile function of
 * one; theta is weights, places and scales of the components, then shift and scale of what comes
 * out.
 *
 * @see <a href="https://arxiv.org/abs/1902.00275">Ho, Chen, Srinivas, Duan and Abbeel, Flow++,
 *     2019</a>
 */
final class MixtureCdf extends Formula {

    private final int components;

    MixtureCdf(int components) {
        super(3 * components + 2);
        this.components = components;
    }

    @Override
    <T extends Numbers<T>> Image<T> toNoise(T x, T theta) {
        T weights = theta.part(0, components);
        T places = theta.constants(LogisticMixture.places(components, 1));
        T place = theta.part(components, 2 * components).plus(places);
        T deviation = Affine.softClip(theta.part(2 * components, 3 * components));
        T logScale = deviation.negative().plus(Math.log(LogisticMixture.scale(components)));
        T shift = place.times(logScale.exp()).negative();
        Image<T> image = LogisticMixture.step(x, weights, logScale, shift);
        T a = Affine.softClip(theta.part(3 * components + 1, 3 * components + 2));
        T t = theta.part(3 * components, 3 * components + 1);
        return new Image<>(image.value().times(a.exp()).plus(t), image.logSlope().plus(a));
    }
}
