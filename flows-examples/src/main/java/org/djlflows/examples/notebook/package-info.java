/** What the Java notebooks import beside the library. */
package org.djlflows.examples.notebook;
