package org.djlflows.spec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the command line calls a flow of {@link Presets}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Preset {

    /**
     * Returns the name on the command line.
     *
     * @return the name
     */
    String value();

    /**
     * Says in a few words what it is.
     *
     * @return the words
     */
    String about();

    /**
     * Returns the learning rate at which it usually trains well.
     *
     * @return the rate
     */
    double learningRate() default 0.003;

    /**
     * Returns how many passes over the training rows it usually takes at most.
     *
     * @return the number of epochs
     */
    int epochs() default 60;

    /**
     * Returns of how many rows a step usually is.
     *
     * @return the rows of a batch
     */
    int batchSize() default 256;

    /**
     * Returns the weight decay with which it usually trains well.
     *
     * @return the decay of matrices, decoupled
     */
    double weightDecay() default 0;

    /**
     * Returns after how many epochs without improvement it usually stops.
     *
     * @return the number of epochs
     */
    int patience() default 15;
}
