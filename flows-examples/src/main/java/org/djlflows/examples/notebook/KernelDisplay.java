package org.djlflows.examples.notebook;

import java.awt.image.BufferedImage;
import java.lang.reflect.InvocationTargetException;

/** The display of the Java kernel in which this code runs, the rapaio-jupyter-kernel. */
final class KernelDisplay implements Display {

    private static final String KERNEL = "org.rapaio.jupyter.kernel.global.Global";

    @Override
    public String show(BufferedImage image) {
        return (String) call("display", new Class<?>[] {Object.class}, image);
    }

    @Override
    public void replace(String id, BufferedImage image) {
        call("updateDisplay", new Class<?>[] {String.class, Object.class}, id, image);
    }

    private static Object call(String method, Class<?>[] types, Object... arguments) {
        try {
            return Class.forName(KERNEL).getMethod(method, types).invoke(null, arguments);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "Notebook: expected to run in a notebook of the kernel that notebooks/setup"
                            + " prepares, found no "
                            + KERNEL,
                    e);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException("Notebook: the kernel has no " + method, e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("Notebook: the kernel cannot show this", e.getCause());
        }
    }
}
