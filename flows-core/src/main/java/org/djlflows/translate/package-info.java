/**
 * Translators, through which DJL's predictors and DJL Serving use a model folder: rows, maps by
 * column names, images or JSON in, log-densities, noise or samples out.
 */
package org.djlflows.translate;
