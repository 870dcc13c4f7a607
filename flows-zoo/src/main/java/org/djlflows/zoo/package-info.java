/**
 * Trained flows, which come with this module and load through DJL's {@code Criteria} without a
 * network:
 *
 * <pre>{@code
 * Criteria<float[], Float> criteria =
 *         Criteria.builder()
 *                 .setTypes(float[].class, Float.class)
 *                 .optGroupId("org.djlflows")
 *                 .optArtifactId("two-moons")
 *                 .build();
 * }</pre>
 *
 * <p>What a model answers to which types is said at {@link
 * org.djlflows.translate.FlowTranslatorFactory}. Each model is a folder among the resources of this
 * package, as {@code flows train} writes them.
 */
package org.djlflows.zoo;
