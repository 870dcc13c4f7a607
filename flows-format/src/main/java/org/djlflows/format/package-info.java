/** What a model folder holds: its configuration, of any format ever written, and its files. */
package org.djlflows.format;
