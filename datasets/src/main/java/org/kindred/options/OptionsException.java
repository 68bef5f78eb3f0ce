package org.kindred.options;

/**
 * Options that cannot be used: an unknown key, a wrong type, a value out of range, an option that
 * nobody reads. Exit status 2.
 */
public final class OptionsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OptionsException(String message) {
        super(message);
    }

    public OptionsException(String message, Throwable cause) {
        super(message, cause);
    }
}
