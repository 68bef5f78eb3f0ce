package org.kindred.eval.reward;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Accuracy against cost: one point an arm with chains, mean over cells at the largest number of
 * shots. Cost is tokens where the judge counts them, else chains.
 */
final class CostChart {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 460;
    private static final int MARGIN = 60;

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
        double most = points.stream().mapToDouble(Point::cost).max().orElse(1);
        double low = Math.floor(points.stream().mapToDouble(Point::accuracy).min().orElse(0)) - 1;
        double high = Math.ceil(points.stream().mapToDouble(Point::accuracy).max().orElse(100)) + 1;
        StringBuilder svg = new StringBuilder();
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " font-family=\"sans-serif\" font-size=\"11\">%n",
                        WIDTH,
                        HEIGHT));
        svg.append(text(WIDTH / 2.0, HEIGHT - 15, (tokens ? "tokens" : "chains") + " a pair"));
        svg.append(text(10, 20, "accuracy in %, mean over cells, K = " + shots));
        for (double tick = low; tick <= high; tick++) {
            double y = y(tick, low, high);
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                            MARGIN,
                            WIDTH - MARGIN,
                            y,
                            y));
            svg.append(text(25, y + 4, String.format(Locale.ROOT, "%.0f", tick)));
        }
        for (Point point : points) {
            double x = MARGIN + (WIDTH - 5.0 * MARGIN) * point.cost() / most;
            double y = y(point.accuracy(), low, high);
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#36c\"/>%n",
                            x,
                            y));
            svg.append(text(x + 7, y + 4, point.arm()));
        }
        return svg.append("</svg>\n").toString();
    }

    private static double y(double accuracy, double low, double high) {
        return HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * (accuracy - low) / (high - low);
    }

    private static String text(double x, double y, String words) {
        String safe = words.replace("&", "&amp;").replace("<", "&lt;");
        return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, safe);
    }
}
