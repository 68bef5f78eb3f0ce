package org.kindred.reward.judge;

import java.util.function.ToDoubleFunction;

/**
 * Something that a person can want more or less of in a text, and a meter for it.
 *
 * @param id stable name in files
 * @param high what much of it is called, for example {@code long answers}
 * @param low what little of it is called, for example {@code short answers}
 * @param bipolar whether little of it is a quality of its own; otherwise it is mere absence, which
 *     a persona tells as "avoids {@code high}"
 * @param meter pure function of the text, on a scale where differences matter alike
 */
record Criterion(
        String id, String high, String low, boolean bipolar, ToDoubleFunction<TextProfile> meter) {

    static Criterion bipolar(
            String id, String high, String low, ToDoubleFunction<TextProfile> meter) {
        return new Criterion(id, high, low, true, meter);
    }

    static Criterion presence(String id, String what, ToDoubleFunction<TextProfile> meter) {
        return new Criterion(id, what, "no " + what, false, meter);
    }

    String name(boolean wantsMore) {
        return wantsMore ? high : low;
    }
}
