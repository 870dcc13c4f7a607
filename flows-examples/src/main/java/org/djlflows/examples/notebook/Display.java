package org.djlflows.examples.notebook;

import java.awt.image.BufferedImage;

/** Where the pictures of a notebook go. */
interface Display {

    /**
     * Shows an image.
     *
     * @param image the image
     * @return by what to name it when it is replaced
     */
    String show(BufferedImage image);

    /**
     * Replaces an image.
     *
     * @param id the name of what was shown
     * @param image what to show in its place
     */
    void replace(String id, BufferedImage image);
}
