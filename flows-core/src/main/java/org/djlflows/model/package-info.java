/** The flows of the literature as presets, and the folder that keeps a trained one. */
package org.djlflows.model;
