/**
 * Training by maximum likelihood, as plug-ins for DJL's training API.
 *
 * <p>A loss, evaluators, an optimizer and listeners that work with {@code Trainer} and {@code
 * EasyTrain}; {@link org.djlflows.training.MaximumLikelihood} assembles them.
 */
package org.djlflows.training;
