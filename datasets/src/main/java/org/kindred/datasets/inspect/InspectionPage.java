package org.kindred.datasets.inspect;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kindred.datasets.Escape;

/** An inspection for people: as text, and as one HTML file without scripts or outside parts. */
public final class InspectionPage {
    private static final int BAR_WIDTH = 16;
    private static final int HEIGHT = 70;

    private InspectionPage() {}

    /** Some forty lines. */
    public static String text(Inspection of) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "%s: %d users, %d pairs, %d tasks",
                of.name(),
                of.users(),
                of.preferences(),
                of.tasks());
        of.licences().forEach(licence -> line(text, "licence    %s", licence));
        of.contentWarnings().forEach(warning -> line(text, "warning    %s", warning));
        line(text, "");
        line(
                text,
                "%-18s %9s %9s %9s %9s %9s %9s",
                "",
                "least",
                "25 %",
                "median",
                "75 %",
                "95 %",
                "most");
        row(text, "pairs a user", of.pairsPerUser());
        of.lengths().forEach((part, lengths) -> row(text, part + " characters", lengths));
        row(text, "prompt turns", of.promptTurns());
        Inspection.Scores scores = of.scores();
        if (scores != null) {
            row(text, "rating gap", scores.gap());
            row(text, "mean of a user", scores.userMean());
            row(text, "width of a user", scores.userWidth());
            line(
                    text,
                    "ratings on a scale from %s, %d outside of it",
                    scores.scale(),
                    scores.outside());
            line(
                    text,
                    "rated pairs %d: ties %.1f %%, chosen rated lower %.1f %%",
                    scores.rated(),
                    100 * scores.tieShare(),
                    100 * scores.invertedShare());
        }
        line(text, "chosen is the longer answer in %.1f %% of the pairs", 100 * of.longerChosen());
        line(
                text,
                "distinct prompts %d, repeated pairs %d, pairs against themselves %d",
                of.distinctPrompts(),
                of.repeated(),
                of.contradictory());
        counts(text, "domains", of.domains());
        counts(text, "splits", of.splits());
        counts(text, "cells", of.cells());
        counts(text, "set aside", of.setAside());
        of.unread().forEach((file, reason) -> line(text, "not read   %s: %s", file, reason));
        if (of.leaks().isEmpty()) {
            line(
                    text,
                    "leaks      none%s",
                    of.cells().isEmpty() ? " (the rows carry no split)" : "");
        }
        of.leaks()
                .forEach(
                        leak ->
                                line(
                                        text,
                                        "leak       %s: %d rows, for example %s",
                                        leak.kind(),
                                        leak.rows(),
                                        leak.exampleId()));
        of.examples()
                .forEach(
                        example ->
                                line(
                                        text,
                                        "example    %s: %d turns, prompt %d, chosen %d, rejected %d characters",
                                        example.id(),
                                        example.turns(),
                                        example.promptChars(),
                                        example.chosenChars(),
                                        example.rejectedChars()));
        return text.toString();
    }

    /** The same with histograms. */
    public static String html(Inspection of) {
        StringBuilder page = new StringBuilder(1 << 14);
        page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">")
                .append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
                .append("style-src 'unsafe-inline'\"><title>")
                .append(Escape.html(of.name()))
                .append("</title><style>body{font:15px/1.5 system-ui,sans-serif;max-width:60em;")
                .append("margin:2em auto;padding:0 1em;color:#222;background:#fff}figure{")
                .append("display:inline-block;margin:0 2em 1.5em 0}figcaption{font-size:13px}rect{")
                .append("fill:#4a6fa5}pre{background:#f4f4f4;padding:1em;overflow-x:auto}</style>")
                .append("<h1>")
                .append(Escape.html(of.name()))
                .append("</h1>");
        figure(page, "pairs a user", of.pairsPerUser());
        of.lengths().forEach((part, lengths) -> figure(page, part + ", characters", lengths));
        figure(page, "turns of a prompt", of.promptTurns());
        Inspection.Scores scores = of.scores();
        if (scores != null) {
            figure(page, "rating of chosen - rejected", scores.gap());
            figure(page, "mean rating of a user", scores.userMean());
            figure(page, "width of a user's scale", scores.userWidth());
        }
        return page.append("<pre>")
                .append(Escape.html(text(of)))
                .append("</pre></html>\n")
                .toString();
    }

    private static void figure(StringBuilder page, String title, Distribution numbers) {
        List<Long> bins = numbers.histogram();
        if (bins.isEmpty()) {
            return;
        }
        long highest = bins.stream().mapToLong(Long::longValue).max().orElse(1);
        page.append(
                String.format(
                        Locale.ROOT,
                        "<figure><svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">",
                        bins.size() * BAR_WIDTH,
                        HEIGHT,
                        Escape.html(title)));
        for (int i = 0; i < bins.size(); i++) {
            double height = (double) HEIGHT * bins.get(i) / highest;
            page.append(
                    String.format(
                            Locale.ROOT,
                            "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"><title>%d</title></rect>",
                            i * BAR_WIDTH,
                            HEIGHT - height,
                            BAR_WIDTH - 2,
                            height,
                            bins.get(i)));
        }
        page.append(
                String.format(
                        Locale.ROOT,
                        "</svg><figcaption>%s: %s to %s, median %s</figcaption></figure>",
                        Escape.html(title),
                        number(numbers.min()),
                        number(numbers.max()),
                        number(numbers.median())));
    }

    private static void row(StringBuilder text, String name, Distribution numbers) {
        line(
                text,
                "%-18s %9s %9s %9s %9s %9s %9s",
                name,
                number(numbers.min()),
                number(numbers.p25()),
                number(numbers.median()),
                number(numbers.p75()),
                number(numbers.p95()),
                number(numbers.max()));
    }

    private static void counts(StringBuilder text, String name, Map<String, Long> counts) {
        counts.forEach((label, n) -> line(text, "%-10s %-34s %9d", name, label, n));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.2f", value);
    }

    /** Names come from the data: each stays on its line. */
    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, Escape.terminal(values))).append('\n');
    }
}
