package org.djlflows.kernel;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import java.lang.ref.Cleaner;

/** Where native memory lies that nobody closes, and what frees it. */
final class NativeMemory {

    /** Frees native memory when the last object that uses it is gone. */
    static final Cleaner CLEANER = Cleaner.create();

    /** Is never closed. */
    static final NDManager MANAGER = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());

    private NativeMemory() {}
}
