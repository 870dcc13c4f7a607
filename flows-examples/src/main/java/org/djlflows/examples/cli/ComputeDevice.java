package org.djlflows.examples.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import java.util.Locale;

/** Where to compute. */
enum ComputeDevice {
    CPU,
    GPU;

    /** Returns the device, which must be there. */
    Device device() {
        if (this == CPU) {
            return Device.cpu();
        }
        if (Engine.getEngine("PyTorch").getGpuCount() == 0) {
            throw new IllegalArgumentException(
                    "--device gpu: expected a GPU that PyTorch can use, found none");
        }
        return Device.gpu();
    }

    NDManager newManager() {
        return NDManager.newBaseManager(device(), "PyTorch");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
