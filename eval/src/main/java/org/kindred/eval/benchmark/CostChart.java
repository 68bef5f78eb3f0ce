package org.kindred.eval.benchmark;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.kindred.datasets.Escape;

/**
 * Accuracy against cost: one point an arm with chains, mean over cells at the largest number of
 * shots. Cost is tokens where the judge counts them, else chains.
 */
final class CostChart {
    private static final int WIDTH = 900;
    private static final int MARGIN = 60;
    private static final int PLOT_RIGHT = 480;
    private static final int NAMES_LEFT = 520;
    private static final int LINE_HEIGHT = 15;
    private static final int TICKS = 6; // along the costs, about

    private CostChart() {}

    private record Point(String arm, double cost, double accuracy) {}

    static String of(List<Comparison.Row> rows) {
        int shots = rows.stream().mapToInt(Comparison.Row::shots).max().orElse(0);
        boolean tokens = rows.stream().anyMatch(row -> row.tokens() > 0);
        Map<String, List<Comparison.Row>> byArm = new LinkedHashMap<>();
        for (Comparison.Row row : rows) {
            if (row.samples() > 0 && row.shots() == shots) {
                byArm.computeIfAbsent(row.arm(), arm -> new ArrayList<>()).add(row);
            }
        }
        List<Point> points = new ArrayList<>();
        byArm.forEach(
                (arm, own) ->
                        points.add(
                                new Point(
                                        arm,
                                        tokens ? own.get(0).tokens() : own.get(0).samples(),
                                        100
                                                * own.stream()
                                                        .mapToDouble(Comparison.Row::mean)
                                                        .average()
                                                        .orElse(0))));
        points.sort(Comparator.comparingDouble(Point::accuracy).reversed());
        return draw(points, (tokens ? "tokens" : "chains") + " a pair", shots);
    }

    /**
     * Names stand in a column at the right, best first, each joined to its point by a line: many
     * arms cost the same and differ by little.
     */
    private static String draw(List<Point> points, String costs, int shots) {
        int height = 2 * MARGIN + Math.max(20, points.size()) * LINE_HEIGHT;
        double most = points.stream().mapToDouble(Point::cost).max().orElse(1);
        double low = Math.floor(points.stream().mapToDouble(Point::accuracy).min().orElse(0)) - 1;
        double high = Math.ceil(points.stream().mapToDouble(Point::accuracy).max().orElse(100)) + 1;
        DoubleUnaryOperator x = cost -> MARGIN + (PLOT_RIGHT - MARGIN) * cost / most;
        DoubleUnaryOperator y =
                accuracy ->
                        height - MARGIN - (height - 2.0 * MARGIN) * (accuracy - low) / (high - low);
        StringBuilder svg = new StringBuilder();
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"11\">%n",
                        WIDTH,
                        height));
        svg.append(text(MARGIN, 20, "accuracy in %, mean over cells, K = " + shots));
        for (double tick = low; tick <= high; tick += high - low > 20 ? 5 : 1) {
            double at = y.applyAsDouble(tick);
            svg.append(line(MARGIN, at, PLOT_RIGHT, at, "#ddd"));
            svg.append(text(25, at + 4, String.format(Locale.ROOT, "%.0f", tick)));
        }
        double step = niceStep(most / TICKS);
        for (double tick = 0; tick <= most; tick += step) {
            double at = x.applyAsDouble(tick);
            svg.append(line(at, height - MARGIN, at, height - MARGIN + 5.0, "#888"));
            String cost = String.format(Locale.ROOT, step < 1 ? "%.1f" : "%.0f", tick);
            svg.append(text(at - 3, height - MARGIN + 18.0, cost));
        }
        svg.append(text(MARGIN, height - 15.0, costs));
        double name = MARGIN;
        for (Point point : points) {
            double cx = x.applyAsDouble(point.cost());
            double cy = y.applyAsDouble(point.accuracy());
            svg.append(line(cx, cy, NAMES_LEFT - 4.0, name, "#bbb"));
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#36c\"/>%n",
                            cx,
                            cy));
            svg.append(
                    text(
                            NAMES_LEFT,
                            name + 4,
                            String.format(Locale.ROOT, "%.1f  %s", point.accuracy(), point.arm())));
            name += LINE_HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    /** 1, 2 or 5 times a power of ten, at least the given step. */
    private static double niceStep(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double step : new double[] {1, 2, 5}) {
            if (step * power >= least) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String line(double x1, double y1, double x2, double y2, String stroke) {
        return String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                stroke);
    }

    private static String text(double x, double y, String words) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, Escape.html(words));
    }
}
