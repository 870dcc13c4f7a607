package org.djlflows.examples.guide;

import org.djlflows.anomaly.RowScore;
import org.djlflows.runtime.Scorer;

import java.io.IOException;
import java.nio.file.Path;

/** A service that scores rows with {@code flows-runtime} alone. */
public final class WithoutPyTorch {

    private WithoutPyTorch() {}

    /**
     * Says how odd a row is.
     *
     * @param folder the model folder
     * @param row the row
     * @return what is known of it
     * @throws IOException if the folder is missing or damaged
     */
    public static RowScore score(Path folder, double[] row) throws IOException {
        Scorer scorer = Scorer.load(folder);
        double logDensity = scorer.logDensity(row);
        RowScore score = scorer.score(row);
        System.out.printf("%.2f nats, p-value %.3f%n", logDensity, score.pValue().orElse(1));
        return score;
    }
}
