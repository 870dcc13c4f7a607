package org.djlflows.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

import picocli.CommandLine.Option;

import java.util.Locale;

/** The option that says where to compute. */
final class DeviceOption {

    /** Where to compute. */
    enum Name {
        CPU,
        GPU;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "cpu or gpu (default: ${DEFAULT-VALUE}).")
    private Name name;

    boolean isGpu() {
        return name == Name.GPU;
    }

    /** Returns the device, which must be there. */
    Device device() {
        if (!isGpu()) {
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
}
