/** Flows as values: records that say what a flow is made of, without the blocks that compute it. */
package org.djlflows.spec;
