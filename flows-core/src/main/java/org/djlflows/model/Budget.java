package org.djlflows.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Lets a block initialise as many numbers as a file of weights can account for: the sizes in a
 * configuration are a claim, which could fill the memory.
 */
final class Budget implements InvocationHandler {

    private final NDManager manager;
    private long left;

    private Budget(NDManager manager, long numbers) {
        this.manager = manager;
        left = numbers;
    }

    /**
     * Returns a view of a manager.
     *
     * @param manager the manager that makes the arrays
     * @param numbers how many numbers they may have in all
     * @return a manager whose arrays belong to the other one; it throws an {@code
     *     IllegalArgumentException} instead of making an array too many
     */
    static NDManager of(NDManager manager, long numbers) {
        Class<?>[] types = {NDManager.class};
        Object proxy =
                Proxy.newProxyInstance(
                        NDManager.class.getClassLoader(), types, new Budget(manager, numbers));
        return (NDManager) proxy;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        for (Object argument : arguments == null ? new Object[0] : arguments) {
            if (argument instanceof Shape shape) {
                left -= shape.size();
                // A size can be too large for a long.
                if (left < 0 || shape.size() < 0) {
                    throw new IllegalArgumentException(
                            "expected the weights of the configuration, got far fewer numbers than"
                                    + " it asks for");
                }
            }
        }
        try {
            return method.invoke(manager, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
