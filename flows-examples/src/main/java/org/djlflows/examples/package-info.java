/** Programs that show the library. */
package org.djlflows.examples;
