package org.kindred.eval.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.kindred.options.OptionsException;

/** Published benchmarks and their files of scores, by the name on the command line. */
public enum Protocol {
    REWARD_BENCH(true, "{\"id\", \"chosen\": number, \"rejected\": number}"),
    REWARD_BENCH_2(true, "{\"id\", \"scores\": [numbers, right answers first]}"),
    LAMP_QA(true, "{\"id\", \"aspect\", \"judge_output\"}, a line for each aspect"),
    LAMP_QA_RANKINGS(
            false, "{\"id\", \"config\", \"reference\": [numbers], \"reward\": [numbers]}"),
    PERSONALIZED_REWARD_BENCH(
            true, "{\"id\", \"chosen_score\": number, \"rejected_score\": number}"),
    PERSONALIZED_REWARD_BENCH_JUDGE(
            true,
            "{\"id\", \"first\": \"chosen\" or \"rejected\", \"judge_output\": \"... Result: A\"}"),
    PERSONAL_REWARD_BENCH(
            true,
            "{\"id\", \"first\": \"chosen\" or \"rejected\", \"chosen\": number, \"rejected\": number},"
                    + " a line for each order, without first for both");

    private final boolean needsData;
    private final String line;

    Protocol(boolean needsData, String line) {
        this.needsData = needsData;
        this.line = line;
    }

    /** Whether the imported benchmark is needed beside the scores. */
    public boolean needsData() {
        return needsData;
    }

    /** The lines of its file, in words. */
    public String line() {
        return line;
    }

    /** For example {@code reward-bench-2}. */
    public String spelling() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * @throws OptionsException if there is no such protocol
     */
    public static Protocol parse(String text) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.spelling().equals(text))
                .findFirst()
                .orElseThrow(
                        () ->
                                new OptionsException(
                                        "PROTOCOL = "
                                                + text
                                                + ": must be one of "
                                                + Arrays.stream(values())
                                                        .map(Protocol::spelling)
                                                        .collect(Collectors.joining(", "))));
    }
}
