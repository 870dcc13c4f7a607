package org.djlflows.examples.guide;

import org.djlflows.estimator.Comparison;
import org.djlflows.estimator.CrossValidation;
import org.djlflows.spec.Activation;
import org.djlflows.spec.Column;
import org.djlflows.spec.Mixing;
import org.djlflows.spec.Network;
import org.djlflows.spec.Presets;
import org.djlflows.spec.ScaleMap;
import org.djlflows.spec.Specs;
import org.djlflows.spec.TableFlow;
import org.djlflows.spec.VectorFlow;
import org.djlflows.table.Table;
import org.djlflows.table.TableProfile;
import org.djlflows.training.MaximumLikelihood;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A flow that begins with a preset, and which one is the best for a table. */
public final class Choosing {

    private Choosing() {}

    /**
     * Changes parts and numbers of a preset.
     *
     * @return a flow, from which {@code Flows.of} makes a block
     */
    public static VectorFlow flow() {
        return Presets.realNvp()
                .withTransforms(12)
                .withNetwork(new Network.ResidualNet(32, 3, Activation.SILU))
                .withMixing(Mixing.PERMUTATION_AND_LU_LINEAR)
                .with("scale", ScaleMap.SOFT_CLIP); // any field, by its name
    }

    /**
     * Compares two widths on a table.
     *
     * @param table the rows, with columns of any kind
     * @param training how to train
     * @return how good each is, the best first
     */
    public static List<Comparison> compared(Table table, MaximumLikelihood.Builder training) {
        Map<String, Column> columns = TableProfile.of(table, Map.of()).kinds();
        CrossValidation folds = CrossValidation.of(table, columns, Map.of(), 5, 0);
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (int width : new int[] {64, 192}) {
            TableFlow flow = Specs.with(Presets.anyOrder(), "width", width);
            scores.put("width " + width, folds.score(flow, training));
        }
        return Comparison.of(scores); // the best first
    }
}
