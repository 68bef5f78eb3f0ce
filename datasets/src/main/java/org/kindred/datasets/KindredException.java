package org.kindred.datasets;

/**
 * Work that could not be done, with a message meant for the person at the terminal: what failed,
 * which file or field, what was found, what was expected, what to do. Never holds user text.
 */
public class KindredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KindredException(String message) {
        super(message);
    }

    public KindredException(String message, Throwable cause) {
        super(message, cause);
    }
}
