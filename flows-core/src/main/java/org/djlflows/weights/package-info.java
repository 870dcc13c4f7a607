/** The parameters of blocks as named arrays, and in files. */
package org.djlflows.weights;
