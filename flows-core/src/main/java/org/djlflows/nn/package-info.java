/** The networks that condition the layers. */
package org.djlflows.nn;
