package org.kindred.serve;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.kindred.policy.advantage.Divisor;

/** Counts of the service, in Prometheus' text format. Labels hold no ids of users and no texts. */
final class Metrics {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final double[] BOUNDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60};

    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final Map<String, Times> times = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> items = new ConcurrentSkipListMap<>();

    private static final class Times {
        private final LongAdder[] within = new LongAdder[BOUNDS.length];
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        Times() {
            for (int i = 0; i < within.length; i++) {
                within[i] = new LongAdder();
            }
        }
    }

    /** A request has been answered. */
    void request(String route, int status, long nanos) {
        add(requests, "route=\"" + route + "\",status=\"" + status + "\"", 1);
        Times of = times.computeIfAbsent("route=\"" + route + "\"", key -> new Times());
        double seconds = nanos / (double) TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < BOUNDS.length; i++) {
            if (seconds <= BOUNDS[i]) {
                of.within[i].increment();
            }
        }
        of.count.increment();
        of.nanos.add(nanos);
    }

    /** Items have been answered. */
    void items(List<Entry> entries) {
        entries.forEach(entry -> add(items, "status=\"" + entry.status() + "\"", 1));
    }

    private static void add(Map<String, LongAdder> counts, String labels, long more) {
        counts.computeIfAbsent(labels, key -> new LongAdder()).add(more);
    }

    /**
     * All of it as text.
     *
     * @param inFlight requests at work
     * @param runs histories by run
     */
    String text(int inFlight, Map<String, RunHistory> runs) {
        StringBuilder text = new StringBuilder(2_000);
        head(text, "kindred_requests_total", "counter", "Requests answered.");
        requests.forEach((labels, n) -> line(text, "kindred_requests_total", labels, n.sum()));
        head(text, "kindred_request_seconds", "histogram", "Seconds from request to answer.");
        times.forEach((labels, of) -> histogram(text, labels, of));
        head(text, "kindred_items_total", "counter", "Completions answered, by status.");
        items.forEach((labels, n) -> line(text, "kindred_items_total", labels, n.sum()));
        head(text, "kindred_requests_in_flight", "gauge", "Requests at work or waiting.");
        line(text, "kindred_requests_in_flight", "", inFlight);
        head(text, "kindred_history_rewards", "gauge", "Rewards in a group's history.");
        eachGroup(runs, text, "kindred_history_rewards", 0);
        head(text, "kindred_history_mean", "gauge", "Mean reward of a group's history.");
        eachGroup(runs, text, "kindred_history_mean", 1);
        head(text, "kindred_history_std", "gauge", "Standard deviation of a group's history.");
        eachGroup(runs, text, "kindred_history_std", 2);
        return text.toString();
    }

    private static void eachGroup(
            Map<String, RunHistory> runs, StringBuilder text, String name, int which) {
        runs.forEach(
                (run, history) ->
                        history.now()
                                .groups()
                                .forEach(
                                        (group, of) ->
                                                line(
                                                        text,
                                                        name,
                                                        "run=\""
                                                                + escaped(run)
                                                                + "\",group=\""
                                                                + escaped(group)
                                                                + "\"",
                                                        which == 0
                                                                ? of.count()
                                                                : which == 1
                                                                        ? of.mean()
                                                                        : of.std(Divisor.POP))));
    }

    private static void histogram(StringBuilder text, String labels, Times of) {
        for (int i = 0; i < BOUNDS.length; i++) {
            line(
                    text,
                    "kindred_request_seconds_bucket",
                    labels + ",le=\"" + BOUNDS[i] + "\"",
                    of.within[i].sum());
        }
        line(text, "kindred_request_seconds_bucket", labels + ",le=\"+Inf\"", of.count.sum());
        line(
                text,
                "kindred_request_seconds_sum",
                labels,
                of.nanos.sum() / (double) TimeUnit.SECONDS.toNanos(1));
        line(text, "kindred_request_seconds_count", labels, of.count.sum());
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder text, String name, String labels, double value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        text.append(' ')
                .append(
                        value == Math.rint(value) && Math.abs(value) < 1e15
                                ? String.format(Locale.ROOT, "%.0f", value)
                                : String.valueOf(value))
                .append('\n');
    }
}
