/** A small server of model folders over HTTP. */
package org.djlflows.serve;
