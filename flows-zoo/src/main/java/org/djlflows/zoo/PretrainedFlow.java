package org.djlflows.zoo;

import ai.djl.repository.zoo.Criteria;

/** The trained flows of this zoo. */
public enum PretrainedFlow {
    /**
     * A neural spline flow over the columns x and y: two interleaved half circles with noise,
     * {@code Toys.twoMoons}, of which {@code flows demo} drew 10,000 points.
     */
    TWO_MOONS("two-moons", "A neural spline flow over two noisy half circles in the plane"),

    /**
     * A neural spline flow over the five columns of <em>Combined Cycle Power Plant</em> (Tüfekci
     * and Kaya, UCI Machine Learning Repository, 2014, CC BY 4.0): temperature, vacuum, pressure,
     * humidity and power.
     *
     * <p>{@code flows train power-plant.csv --split modulo --transforms 6}
     */
    POWER_PLANT("power-plant", "A neural spline flow over the weather and power of a power plant"),

    /**
     * A TarFlow of 0.6 million parameters over the digits of MNIST (LeCun, Cortes and Burges, CC
     * BY-SA 3.0), conditional on the ten classes, trained on 8,100 of its test images with Gaussian
     * noise.
     *
     * <p>{@code flows images train --flow tarflow --data mnist --hidden 64 --layers 3 --epochs 60
     * --batch-size 64 --learning-rate 0.002}
     */
    MNIST_TARFLOW("mnist-tarflow", "A small TarFlow over handwritten digits");

    private final String artifactId;
    private final String description;

    PretrainedFlow(String artifactId, String description) {
        this.artifactId = artifactId;
        this.description = description;
    }

    /**
     * Returns the name by which {@code Criteria} finds the flow, in the group {@link
     * FlowZoo#GROUP_ID}.
     *
     * @return the artifact id
     */
    public String artifactId() {
        return artifactId;
    }

    /**
     * Returns what the flow is.
     *
     * @return a line
     */
    public String description() {
        return description;
    }

    /**
     * Returns the criteria of this flow, to be built and loaded.
     *
     * @param <I> the type of inputs
     * @param <O> the type of answers
     * @param input the type of inputs
     * @param output the type of answers
     * @return the builder
     */
    public <I, O> Criteria.Builder<I, O> criteria(Class<I> input, Class<O> output) {
        return Criteria.builder()
                .setTypes(input, output)
                .optGroupId(FlowZoo.GROUP_ID)
                .optArtifactId(artifactId);
    }
}
