package org.djlflows.bijection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

import org.djlflows.Bijection;
import org.djlflows.SequentialBijection;
import org.djlflows.kernel.Autograd;
import org.djlflows.kernel.Kernel;
import org.djlflows.kernel.NoGrad;
import org.djlflows.kernel.Program;
import org.djlflows.nn.Mlp;
import org.djlflows.spec.ScaleMap;
import org.djlflows.testing.Fixtures;
import org.djlflows.testing.HandWrittenGradients;
import org.djlflows.univariate.Affine;
import org.junit.jupiter.api.Test;

class CheckpointedTest {

    private static final Shape X = new Shape(4, 6);
    private static final Shape C = new Shape(4, 3);

    @Test
    void gradientsAreThoseOfAutogradAndTheTapeHoldsXAlone() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Fixtures.seed(3);
            Bijection plain = new SequentialBijection(coupling(), coupling());
            plain.initialize(manager, DataType.FLOAT64, X, C);
            Fixtures.randomise(plain);
            Bijection checkpointed =
                    new SequentialBijection(
                            new Checkpointed(coupling()), new Checkpointed(coupling()));
            checkpointed.initialize(manager, DataType.FLOAT64, X, C);
            Fixtures.randomise(checkpointed);
            NDArray x = manager.randomNormal(0, 1, X, DataType.FLOAT64);
            NDArray c = manager.randomNormal(0, 1, C, DataType.FLOAT64);
            NDList in = new NDList(x, c);
            Kernel kernel = checkpointed.kernel(true).orElseThrow();
            HandWrittenGradients.assertRightForBijection(checkpointed, kernel, in, 1e-9);
            assertEquals(2, onTheTape(checkpointed, in));
            assertTrue(onTheTape(plain, in) > 8);
        }
    }

    private static long onTheTape(Bijection bijection, NDList in) {
        Kernel counter =
                Kernel.of(
                                "counter",
                                """
                                def count(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
                                    tape: List[Tensor] = [x]
                                    z, log_det = block.record(x, c, p, tape)
                                    return torch.tensor([len(tape) - 1])
                                """)
                        .calling(
                                "block",
                                Autograd.ofBijection(bijection.kernel(true).orElseThrow()));
        NDList p = new NDList();
        bijection.getParameters().values().forEach(w -> p.add(w.getArray()));
        try (NoGrad noGrad = NoGrad.open()) {
            return Program.of(counter, p.size(), "count")
                    .call("count", in.subNDList(0, 1), in.subNDList(1), p)
                    .get(0)
                    .toLongArray()[0];
        }
    }

    private static Bijection coupling() {
        return new Coupling(Mask.KEEP_FIRST_HALF, new Affine(ScaleMap.SOFT_CLIP), new Mlp(8));
    }
}
