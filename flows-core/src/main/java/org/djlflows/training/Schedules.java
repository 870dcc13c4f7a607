package org.djlflows.training;

import ai.djl.training.tracker.CosineTracker;
import ai.djl.training.tracker.Tracker;
import ai.djl.training.tracker.WarmUpTracker;

/** The schedule of the learning rate. */
final class Schedules {

    private static final float LAST = 0.01f;

    private Schedules() {}

    /** Returns a cosine from the highest rate to a hundredth of it, after a linear warm-up. */
    static Tracker cosine(float highest, double warmUpShare, long allSteps) {
        int steps = (int) Math.min(Integer.MAX_VALUE, allSteps);
        int warmUp = (int) Math.round(warmUpShare * steps);
        Tracker cosine =
                CosineTracker.builder()
                        .setBaseValue(highest)
                        .optFinalValue(LAST * highest)
                        .setMaxUpdates(Math.max(1, steps - warmUp))
                        .build();
        return WarmUpTracker.builder()
                // Not from 0, which would waste the first step.
                .optWarmUpBeginValue(highest / Math.max(1, warmUp))
                .optWarmUpSteps(warmUp)
                .optWarmUpMode(WarmUpTracker.Mode.LINEAR)
                .setMainTracker(cosine)
                .build();
    }
}
