package org.djlflows;

import org.djlflows.testing.Fixtures;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Before each test, so that its numbers do not depend on the tests before it in its process. */
public final class SeededEngine implements BeforeEachCallback {

    @Override
    public void beforeEach(ExtensionContext context) {
        Fixtures.seed(1);
    }
}
