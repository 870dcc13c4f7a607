/**
 * Training by maximum likelihood, as plug-ins for DJL's training API, and by variational inference.
 *
 * <p>A loss, evaluators, an optimizer and listeners that work with {@code Trainer} and {@code
 * EasyTrain}; {@link org.djlflows.training.MaximumLikelihood} assembles them. {@link
 * org.djlflows.training.VariationalInference} fits a flow to a density instead of data, its target.
 */
package org.djlflows.training;
