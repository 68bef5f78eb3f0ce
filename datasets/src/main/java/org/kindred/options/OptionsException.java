package org.kindred.options;

import org.kindred.datasets.KindredException;

/**
 * Options that cannot be used: an unknown key, a wrong type, a value out of range. Exit status 2.
 */
public final class OptionsException extends KindredException {
    private static final long serialVersionUID = 1L;

    public OptionsException(String message) {
        super(message);
    }
}
