package org.djlflows.cli;

import org.djlflows.runtime.Explanation;

import java.util.List;

/**
 * An odd row and why it is odd.
 *
 * @param begun what is written of it first: its number, from 1, and what is carried along
 * @param explanation why it is odd
 */
record ExplainedRow(List<String> begun, Explanation explanation) {

    /**
     * Returns what the row is called.
     *
     * @param kept the names of what is carried along
     * @return such as "Row 7, id k0042"
     */
    String title(List<String> kept) {
        StringBuilder title = new StringBuilder("Row ").append(begun.get(0));
        for (int k = 0; k < kept.size(); k++) {
            title.append(", ").append(kept.get(k)).append(' ').append(begun.get(k + 1));
        }
        return title.toString();
    }
}
