package org.djlflows.examples;

/** The settings of a program that must not reach the network and has no screen. */
public final class Offline {

    private Offline() {}

    /** Sets them; DJL otherwise reports its use to its makers, and looks for libraries online. */
    public static void set() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("java.awt.headless", "true");
    }
}
