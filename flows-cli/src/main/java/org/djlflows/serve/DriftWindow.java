package org.djlflows.serve;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;

import org.djlflows.anomaly.Conformal;
import org.djlflows.anomaly.TwoSample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whether the rows that were scored last are distributed as the calibration rows of their model, by
 * the p-values that were answered. Several threads may use it.
 */
final class DriftWindow {

    /** More rows would tell of a drift later, fewer only of a large one. */
    private static final int ROWS = 2_000;

    /** The field of an answer. */
    private static final String P_VALUE = "pValue";

    private static final TwoSample NOTHING_YET = new TwoSample(Double.NaN, Double.NaN);

    private final Conformal conformal;
    private final double[] last = new double[ROWS];
    private long count;

    /** Held while rows are compared, which takes longer than an answer may wait to add its own. */
    private final Object comparing = new Object();

    /** What was found after so many rows, since the gauges of a scrape ask one after the other. */
    private TwoSample found = NOTHING_YET;

    private long foundAfter;

    DriftWindow(Conformal conformal) {
        this.conformal = conformal;
    }

    /**
     * Returns the p-values in an answer.
     *
     * @param answer a JSON object of a row, or an array of such objects
     * @return those that are there
     */
    static double[] pValues(byte[] answer) {
        double[] found = new double[16];
        int count = 0;
        try (JsonReader reader =
                new JsonReader(
                        new InputStreamReader(
                                new ByteArrayInputStream(answer), StandardCharsets.UTF_8))) {
            if (reader.peek() == JsonToken.BEGIN_ARRAY) {
                reader.beginArray();
            }
            while (reader.peek() == JsonToken.BEGIN_OBJECT) {
                reader.beginObject();
                while (reader.hasNext()) {
                    if (reader.nextName().equals(P_VALUE)) {
                        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
                        found[count++] = reader.nextDouble();
                    } else {
                        reader.skipValue();
                    }
                }
                reader.endObject();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(found, count);
    }

    synchronized void add(double... pValues) {
        for (double p : pValues) {
            last[(int) (count++ % ROWS)] = p;
        }
    }

    /** Returns the distance of the last rows from the calibration rows; NaN before the first. */
    TwoSample test() {
        synchronized (comparing) {
            double[] rows;
            long after;
            synchronized (this) {
                rows = Arrays.copyOf(last, (int) Math.min(ROWS, count));
                after = count;
            }
            if (foundAfter < after) {
                found = conformal.compare(rows);
                foundAfter = after;
            }
            return found;
        }
    }
}
