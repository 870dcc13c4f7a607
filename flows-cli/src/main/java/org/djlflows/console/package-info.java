/** What a terminal may be shown of names and texts that come from files. */
package org.djlflows.console;
