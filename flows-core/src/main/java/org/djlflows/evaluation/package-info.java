/** How good a flow is, each measure with its interval, and whether its mathematics is right. */
package org.djlflows.evaluation;
