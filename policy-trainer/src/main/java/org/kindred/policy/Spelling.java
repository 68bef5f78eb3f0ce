package org.kindred.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Option values as configuration files and flags spell them: a lower-case word, for some words with
 * a number behind a colon, such as {@code cumulative}, {@code ema:0.1} or {@code window:50}.
 */
public final class Spelling {

    private Spelling() {}

    /** A value split at its colon; {@code number} is NaN where there is none. */
    private record Parts(String word, double number) {}

    /** The lower-case name of an enum constant. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** The name with its number, whole numbers without a fraction. */
    public static String of(Enum<?> constant, double number) {
        boolean whole = number == Math.rint(number) && Math.abs(number) < 1e15;
        return of(constant) + ":" + (whole ? Long.toString((long) number) : "" + number);
    }

    /**
     * The constant of that spelling.
     *
     * @param key the option, for the message
     * @throws IllegalArgumentException if no constant is spelled so; the message lists all
     */
    public static <E extends Enum<E>> E parse(Class<E> type, String key, String text) {
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                key + " = " + text + ": must be one of " + allowed(type.getEnumConstants()));
    }

    /** The constant of the word before the colon. */
    public static <E extends Enum<E>> E word(Class<E> type, String key, String text) {
        return parse(type, key, split(key, text).word());
    }

    /**
     * The number behind the colon.
     *
     * @return NaN if there is no colon
     */
    public static double number(String key, String text) {
        return split(key, text).number();
    }

    private static Parts split(String key, String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return new Parts(text, Double.NaN);
        }
        try {
            double number = Double.parseDouble(text.substring(colon + 1));
            if (Double.isFinite(number)) {
                return new Parts(text.substring(0, colon), number);
            }
        } catch (NumberFormatException notANumber) {
            // reported below, together with NaN and infinities
        }
        throw new IllegalArgumentException(
                key + " = " + text + ": what follows the colon must be a finite number");
    }

    private static String allowed(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Spelling::of).collect(Collectors.joining(", "));
    }
}
