package org.djlflows.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;

import org.djlflows.NormalizingFlow;
import org.djlflows.format.FlowConfig;
import org.djlflows.spec.Presets;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class GivenStatisticsTest {

    /** Those of the columns come first, then those of the context. */
    @Test
    void columnsAndContextGetTheirOwn() {
        FlowConfig config =
                new FlowConfig(
                        Presets.realNvp().withTransforms(1),
                        List.of("a", "b", "c"),
                        List.of("hour", "day"));
        double[] means = {1, 2, 3, 12, 180};
        double[] deviations = {0.5, 0.25, 4, 7, 100};
        try (NDManager manager = NDManager.newBaseManager()) {
            NormalizingFlow flow = FlowModel.create(config, means, deviations, manager).flow();
            List<float[]> found = buffers(flow, "mean");
            assertEquals(2, found.size());
            assertArrayEquals(new float[] {1, 2, 3}, found.get(0));
            assertArrayEquals(new float[] {12, 180}, found.get(1));
            found = buffers(flow, "deviation");
            assertEquals(2, found.size());
            assertArrayEquals(new float[] {0.5f, 0.25f, 4}, found.get(0));
            assertArrayEquals(new float[] {7, 100}, found.get(1));
        }
    }

    private static List<float[]> buffers(NormalizingFlow flow, String name) {
        List<float[]> found = new ArrayList<>();
        for (Pair<String, Parameter> parameter : flow.getParameters()) {
            if (parameter.getKey().endsWith(name)) {
                found.add(parameter.getValue().getArray().toFloatArray());
            }
        }
        return found;
    }
}
