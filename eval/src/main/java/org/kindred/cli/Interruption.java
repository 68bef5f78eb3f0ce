package org.kindred.cli;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * What happens on Ctrl-C and SIGTERM: the running command says or saves what it has to, then the
 * process halts at once. An ordinary exit would free the native libraries under a thread that still
 * computes in them, which ends in a crash report instead of a message.
 */
final class Interruption {
    private static final int STATUS = 130; // as shells report Ctrl-C
    private static final Runnable NOTHING = () -> {};
    private static final AtomicReference<Runnable> ACTION = new AtomicReference<>(NOTHING);
    private static final Thread HOOK =
            new Thread(
                    () -> {
                        try {
                            ACTION.get().run();
                            System.out.flush();
                        } finally {
                            Runtime.getRuntime().halt(STATUS);
                        }
                    },
                    "interruption");

    private Interruption() {}

    /** From here on an interruption halts the process. */
    static void arm() {
        Runtime.getRuntime().addShutdownHook(HOOK);
    }

    /** The command is done: its own exit status counts again. */
    static void disarm() {
        try {
            Runtime.getRuntime().removeShutdownHook(HOOK);
        } catch (IllegalStateException interrupted) {
            // too late: the hook ends the process
        }
    }

    /**
     * Works, and runs the action if it is interrupted meanwhile.
     *
     * @param action runs on another thread; the work goes on until it returns
     */
    static <T> T during(Runnable action, Supplier<T> work) {
        ACTION.set(action);
        try {
            return work.get();
        } finally {
            ACTION.set(NOTHING);
        }
    }
}
