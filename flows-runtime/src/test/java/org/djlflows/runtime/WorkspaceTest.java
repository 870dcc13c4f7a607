package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What a thread keeps for its next call. */
class WorkspaceTest {

    private final Workspace workspace = Workspace.ofThread();

    @Test
    void arraysAreKeptAndLargeOnesAreNot() {
        long mark = workspace.mark();
        float[] few = workspace.take(1000);
        double[] wide = workspace.takeDoubles(1000);
        assertTrue(few.length >= 1000 + Workspace.LANES && wide.length >= 1000);
        assertNotSame(few, workspace.take(1000));
        workspace.release(mark);
        assertSame(few, workspace.take(999));
        assertSame(wide, workspace.takeDoubles(1000));

        // As long as something is taken, all of it stays.
        long within = workspace.mark();
        double[] many = workspace.takeDoubles(3 << 20);
        workspace.release(within);
        assertSame(many, workspace.takeDoubles(1));
        workspace.release(mark);
        assertNotSame(few, workspace.take(999));
        assertNotSame(wide, workspace.takeDoubles(1000));
        workspace.release(mark);
    }
}
