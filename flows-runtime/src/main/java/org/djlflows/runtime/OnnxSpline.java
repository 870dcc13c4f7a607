package org.djlflows.runtime;

/** {@link RationalQuadraticSpline} in a graph, with the same formulas. */
final class OnnxSpline {

    private OnnxSpline() {}

    /**
     * Moves values.
     *
     * @param of the family
     * @param x the values, (rows, 1, features)
     * @param theta the parameters, (rows, parameters, features)
     * @param forward whether towards noise
     * @return the moved values
     */
    static Univariate.Moved move(
            RationalQuadraticSpline of, OnnxTensor x, OnnxTensor theta, boolean forward) {
        int bins = of.bins;
        OnnxTensor widths = sizes(of, theta.part(1, 0, bins));
        OnnxTensor heights = sizes(of, theta.part(1, bins, 2 * bins));
        OnnxTensor slopes = slopes(of, theta.part(1, 2 * bins, of.parameters()));
        OnnxTensor rights = widths.sums(1);
        OnnxTensor tops = heights.sums(1);
        OnnxTensor value = x.plus(of.bound);
        OnnxTensor bin = bin(forward ? rights : tops, value, bins);
        OnnxTensor x1 = bin.times(rights).sum(1);
        OnnxTensor z1 = bin.times(tops).sum(1);
        OnnxTensor w = bin.times(widths).sum(1);
        OnnxTensor h = bin.times(heights).sum(1);
        OnnxTensor d0 = bin.times(slopes.part(1, 0, bins)).sum(1);
        OnnxTensor d1 = bin.times(slopes.part(1, 1, bins + 1)).sum(1);
        OnnxTensor s = h.over(w);
        OnnxTensor bend = d0.plus(d1).minus(s.times(2));
        OnnxTensor found =
                forward ? x1.minus(value).over(w) : root(z1.minus(value).over(h), s, bend, d1);
        // Rounding can place a value a hair outside its bin.
        OnnxTensor r = found.within(0, 1);
        OnnxTensor denominator = s.plus(bend.times(r.minus(r.times(r))));
        OnnxTensor right = d1.plus(r.times(s.minus(d1)));
        OnnxTensor left = s.plus(r.times(d0.minus(s)));
        OnnxTensor log =
                right.plus(r.times(left.minus(right)))
                        .log()
                        .plus(s.over(denominator).log().times(2));
        OnnxTensor below = forward ? h.times(r).times(right).over(denominator) : r.times(w);
        OnnxTensor moved = (forward ? z1 : x1).minus(below).plus(-of.bound);
        OnnxTensor inside = x.abs().isAtMost(of.bound);
        OnnxTensor logSlope = inside.choose(forward ? log : log.negative(), 0);
        return new Univariate.Moved(inside.choose(moved, x), logSlope.sum(2));
    }

    /** 1 at the bin that a value lies in, elsewhere 0. */
    private static OnnxTensor bin(OnnxTensor ends, OnnxTensor value, int bins) {
        OnnxTensor above = ends.part(1, 0, bins - 1).isAtMost(value).asNumbers();
        OnnxTensor edge = above.part(1, 0, 1).times(0);
        return edge.plus(1).joined(1, above).minus(above.joined(1, edge));
    }

    private static OnnxTensor root(OnnxTensor v, OnnxTensor s, OnnxTensor bend, OnnxTensor d1) {
        OnnxTensor bent = v.times(bend);
        OnnxTensor a = bent.plus(s).minus(d1);
        OnnxTensor b = d1.minus(bent);
        OnnxTensor c = s.times(v).negative();
        OnnxTensor root = b.times(b).minus(a.times(c).times(4)).atLeast(1e-30).sqrt();
        return b.graph()
                .constant(0)
                .isAtMost(b)
                .choose(c.times(2).over(b.negative().minus(root)), root.minus(b).over(a.times(2)));
    }

    private static OnnxTensor sizes(RationalQuadraticSpline of, OnnxTensor theta) {
        double twice = 2 * RationalQuadraticSpline.PER_LIMIT;
        OnnxTensor free = of.clipped ? theta.over(theta.abs().times(twice).plus(1)) : theta;
        return free.softmax(1).times(of.free).plus(of.smallest);
    }

    /** At the knots, of which the first is the left end. */
    private static OnnxTensor slopes(RationalQuadraticSpline of, OnnxTensor theta) {
        OnnxTensor raw;
        if (of.closed) {
            raw = theta.joined(1, theta.part(1, 0, 1));
        } else {
            OnnxTensor end = theta.part(1, 0, 1).times(0);
            raw = end.joined(1, theta).joined(1, end);
        }
        return of.clipped
                ? raw.over(raw.abs().times(RationalQuadraticSpline.PER_LIMIT).plus(1)).exp()
                : raw.plus(RationalQuadraticSpline.SLOPE_ONE)
                        .softplus()
                        .plus(RationalQuadraticSpline.SMALLEST_SLOPE);
    }
}
