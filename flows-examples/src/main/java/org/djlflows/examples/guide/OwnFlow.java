package org.djlflows.examples.guide;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.SequentialBijection;
import org.djlflows.bijection.Coupling;
import org.djlflows.bijection.LuLinear;
import org.djlflows.bijection.Mask;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.training.MaximumLikelihood;
import org.djlflows.univariate.Affine;
import org.djlflows.univariate.RationalQuadraticSpline;
import org.djlflows.univariate.Univariate;

import java.io.IOException;
import java.util.List;

/** A flow put together from layers, with a context, and one layer of one's own. */
public final class OwnFlow {

    private OwnFlow() {}

    private static NormalizingFlow newFlow() {
        SequentialBijection layers =
                new SequentialBijection(
                        List.of(
                                new Asinh(),
                                coupling(Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP)),
                                coupling(Mask.KEEP_SECOND_HALF, new Affine(ScaleMap.SOFT_CLIP)),
                                new LuLinear(),
                                coupling(Mask.KEEP_FIRST_HALF, new RationalQuadraticSpline(8, 4)),
                                coupling(
                                        Mask.KEEP_SECOND_HALF, new RationalQuadraticSpline(8, 4))));
        return new NormalizingFlow(layers, new StandardNormal());
    }

    /** The network makes the parameters of the scalar map from what the mask keeps. */
    private static Coupling coupling(Mask mask, Univariate univariate) {
        return new Coupling(mask, univariate, new Mlp(64, 64));
    }

    /**
     * Learns the density of rows given what came with them.
     *
     * @param rows the rows, of shape (rows, features)
     * @param context what is given, of shape (rows, context)
     * @param epochs the passes over the rows
     * @return the mean log-density of the last tenth of the rows, in nats
     * @throws IOException never, since no checkpoint is written
     */
    public static double fit(NDArray rows, NDArray context, int epochs) throws IOException {
        NormalizingFlow flow = newFlow();
        long most = rows.getShape().get(0) * 9 / 10;
        NDList training = new NDList(rows.get(":" + most), context.get(":" + most));
        NDList validation = new NDList(rows.get(most + ":"), context.get(most + ":"));
        try (Model model = Model.newInstance("own", "PyTorch")) {
            NDManager manager = model.getNDManager();
            Shape x = new Shape(1, rows.getShape().get(1));
            Shape c = new Shape(1, context.getShape().get(1));
            flow.initialize(manager, DataType.FLOAT32, x, c);
            model.setBlock(flow);
            MaximumLikelihood.builder().optEpochs(epochs).build().fit(model, training, validation);

            NDArray logDensity = flow.logProb(validation.get(0), validation.get(1));
            NDArray drawn = flow.sample(validation.get(1)); // a row for each row of the context
            return drawn.isNaN().any().getBoolean() ? Double.NaN : logDensity.mean().getFloat();
        }
    }
}
