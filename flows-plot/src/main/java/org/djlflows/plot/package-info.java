/** Pictures of data, densities, samples and training, drawn with JFreeChart. */
package org.djlflows.plot;
