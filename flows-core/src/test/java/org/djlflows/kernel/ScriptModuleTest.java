package org.djlflows.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.NormalizingFlow;
import org.djlflows.bijection.CausalTransformer;
import org.djlflows.bijection.Guidance;
import org.djlflows.bijection.Order;
import org.djlflows.bijection.TransformerAutoregressive;
import org.djlflows.distribution.StandardNormal;
import org.djlflows.sampling.Denoising;
import org.djlflows.sampling.Sampler;
import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Programs are as many as structures, not as numbers that vary at run time. */
class ScriptModuleTest {

    private final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void numbersOfRunTimeMakeNoPrograms() {
        TransformerAutoregressive layer =
                new TransformerAutoregressive(Order.DESCENDING, new CausalTransformer(8, 1));
        NormalizingFlow flow = new NormalizingFlow(layer, new StandardNormal());
        flow.initialize(manager, DataType.FLOAT32, new Shape(1, 4, 2), new Shape(1, 3));
        Fixtures.randomise(flow);
        use(flow, 0);
        int before = ScriptModule.count();
        for (int i = 1; i < 40; i++) {
            use(flow, i);
        }
        // Fewer, where the memory of programs of other tests was freed meanwhile.
        assertTrue(ScriptModule.count() <= before);
    }

    /** Calls what has numbers of its own with other ones each time. */
    private void use(NormalizingFlow flow, int i) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray c = scratch.ones(new Shape(2, 3));
            NDArray x = flow.withTemperature(1.1 + 0.01 * i).sample(c);
            flow.withTemperature(1.1 + 0.01 * i).logProb(x, c);
            NormalizingFlow guided =
                    new Guidance(Guidance.Rule.SHIFT, 0.1 * i, true, 1 + 0.1 * i).guide(flow);
            guided.sample(c);
            guided.logProb(x, c);
            new Denoising(flow, 0.01 * i).denoise(x, c);
            Sampler.gaussSeidelJacobi(1 + i % 3, 1e-4 / (1 + i))
                    .withIterations(1 + i)
                    .sample(flow, c);
        }
    }

    /** Those of the latest kernels may be kept, for flows that are made anew. */
    @Test
    void programsThatNobodyHoldsAreFreed() throws InterruptedException {
        Program held = number(-1);
        int before = ScriptModule.count();
        for (int i = 0; i < 150; i++) {
            assertEquals(i, call(number(i)));
        }
        // The collector decides when; without an end the build's time limit speaks.
        while (ScriptModule.count() > before + 32) {
            System.gc();
            Thread.sleep(10);
        }
        assertEquals(-1, call(held));
        assertEquals(7, call(number(7)));
        assertTrue(ScriptModule.count() > 0);
    }

    private static Program number(int number) {
        String source = "def number(x: Tensor) -> Tensor:\n    return x + (NUMBER)\n";
        return Program.of(Kernel.of("number", source).with("NUMBER", number), 0, "number");
    }

    private int call(Program program) {
        try (NDArray zero = manager.zeros(new Shape(1));
                NDList sum = program.call("number", new NDList(zero), new NDList(), List.of())) {
            return (int) sum.get(0).toFloatArray()[0];
        }
    }
}
