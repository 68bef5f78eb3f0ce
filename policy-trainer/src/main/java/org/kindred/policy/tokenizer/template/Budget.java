package org.kindred.policy.tokenizer.template;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one rendering may cost: steps of work and characters of new text. A template is data from a
 * model folder; without a bound a few lines of it compare, search or build for years. Real
 * templates with long conversations take less than a hundredth of it.
 *
 * <p>A rendering stays on its thread, so the budget is the thread's while it lasts, and the
 * functions on values need not carry it.
 */
final class Budget {
    /** Of about 20 ns or less: evaluations, elements seen, texts in {@link #TEXT_PER_STEP}. */
    static final long MAX_STEPS = 10_000_000;

    /** Of all texts that a rendering makes; bounds what it can hold on to. */
    static final long MAX_CHARACTERS = 1L << 27;

    /** Characters that are copied or scanned in the time of a step. */
    private static final int TEXT_PER_STEP = 8;

    /** Steps that a new element of a list counts, since it takes memory too. */
    private static final int STEPS_PER_ELEMENT = 8;

    /** Of a call, a filter or a test, with its arguments. */
    private static final int STEPS_PER_CALL = 12;

    private static final ThreadLocal<@Nullable Budget> CURRENT = new ThreadLocal<>();

    private long steps = MAX_STEPS;
    private long characters = MAX_CHARACTERS;

    private Budget() {}

    /** Runs a rendering under a budget of its own. */
    static <T> T of(Supplier<T> rendering) {
        CURRENT.set(new Budget());
        try {
            return rendering.get();
        } finally {
            CURRENT.remove();
        }
    }

    /**
     * Takes steps off the budget.
     *
     * @throws ChatTemplateException when it is used up
     */
    static void spend(long steps) {
        Budget budget = CURRENT.get();
        if (budget != null && (budget.steps -= steps) < 0) {
            throw new ChatTemplateException("more than " + MAX_STEPS + " steps of work");
        }
    }

    /** Of calling a function, filter or test, besides what it does. */
    static void spendCall() {
        spend(STEPS_PER_CALL);
    }

    /** Of a text that is read or copied once. */
    static void spendText(long length) {
        spend(1 + length / TEXT_PER_STEP);
    }

    /** Of a search for a text, or for each of so many characters, at its slowest. */
    static void spendSearch(long length, long wanted) {
        spend((1 + length / TEXT_PER_STEP) * (1 + wanted / TEXT_PER_STEP));
    }

    /** Of new elements in lists. */
    static void spendElements(long count) {
        spend(count * STEPS_PER_ELEMENT);
    }

    /** The value itself; a text counts as new. */
    static <T extends @Nullable Object> T made(T value) {
        Budget budget = CURRENT.get();
        if (budget != null && value instanceof String text) {
            spendText(text.length());
            if ((budget.characters -= text.length()) < 0) {
                throw new ChatTemplateException(
                        "more than " + MAX_CHARACTERS + " characters of text in all");
            }
        }
        return value;
    }
}
