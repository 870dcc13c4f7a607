package org.djlflows.examples.guide;

import org.djlflows.spec.Kinds;

import java.util.List;

/** Makes {@link Bends} known to readers of model folders and to the command line. */
public final class OwnKinds implements Kinds {

    /** {@inheritDoc} */
    @Override
    public List<Class<? extends Record>> kinds() {
        return List.of(Bends.class);
    }
}
