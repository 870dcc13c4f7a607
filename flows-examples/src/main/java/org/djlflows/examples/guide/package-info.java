/** The programs of the user guide: each shows one task, and its tests run it. */
package org.djlflows.examples.guide;
