package org.kindred.cli;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.kindred.policy.gguf.ConvertedModels;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What happens on Ctrl-C and SIGTERM: the running command says or saves what it has to, then the
 * process halts at once.
 *
 * <p>The signals are handled here and never start the shutdown of Java: native libraries free their
 * memory in shutdown hooks of their own, under threads that still compute in it, which ends in a
 * crash report instead of a message.
 */
final class Interruption {
    private static final int STATUS = 130; // as shells report Ctrl-C
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");
    private static final Runnable NOTHING = () -> {};
    private static final AtomicReference<Runnable> ACTION = new AtomicReference<>(NOTHING);
    private static final AtomicBoolean CAUGHT = new AtomicBoolean();

    private Interruption() {}

    /** From here on an interruption halts the process. */
    static void arm() {
        handle(signal -> halt());
    }

    /** The command is done: its own exit status counts again. */
    static void disarm() {
        if (!CAUGHT.get()) {
            handle(SignalHandler.SIG_DFL);
        }
    }

    private static void handle(SignalHandler handler) {
        for (String name : SIGNALS) {
            try {
                Signal.handle(new Signal(name), handler);
            } catch (IllegalArgumentException unknown) {
                // a system without that signal, or one that Java was told to leave alone
            }
        }
    }

    /** A second signal waits for the action of the first. */
    private static void halt() {
        if (CAUGHT.getAndSet(true)) {
            return;
        }
        try {
            ACTION.get().run();
            System.out.flush();
            ConvertedModels.removeAll();
        } finally {
            Runtime.getRuntime().halt(STATUS);
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
