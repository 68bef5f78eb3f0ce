package org.kindred.eval.table;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.kindred.datasets.Escape;
import org.kindred.eval.stats.Interval;

/**
 * A table of results that can be written as JSON, CSV, Markdown or LaTeX. In JSON an interval is an
 * object and a number that is not defined is {@code null}; it is read back as NaN.
 *
 * @param name of the file, without an ending
 * @param caption one sentence
 * @param keys how many of the first columns say what a row is about; no two rows agree in all of
 *     them, so that the same row is found in the table of another run
 * @param columns headings
 * @param rows as many cells as there are headings; numbers as {@link Number}, an interval as {@link
 *     Interval}, anything else as text
 */
public record Table(
        String name,
        String caption,
        int keys,
        List<String> columns,
        @JsonDeserialize(contentUsing = RowReader.class) List<List<Object>> rows) {

    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        if (keys < 0 || keys > columns.size()) {
            throw new IllegalArgumentException(
                    "keys = " + keys + " of table " + name + ": must be 0 to " + columns.size());
        }
        for (List<Object> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "a row of table "
                                + name
                                + " has "
                                + row.size()
                                + " cells: expected "
                                + columns.size()
                                + ", one a column");
            }
        }
    }

    /** Rows of any values as a table; empty if there are none, since such a table says nothing. */
    public static <T> Optional<Table> of(
            String name,
            String caption,
            int keys,
            List<String> columns,
            List<T> values,
            Function<T, List<Object>> cells) {
        return values.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Table(
                                name, caption, keys, columns, values.stream().map(cells).toList()));
    }

    /** The cells that say what a row is about, as text. */
    public List<String> key(List<Object> row) {
        return row.subList(0, keys).stream().map(Object::toString).toList();
    }

    /** Cells as JSON has them: text, numbers, intervals, and null for what is not defined. */
    static final class RowReader extends StdDeserializer<List<Object>> {
        private static final long serialVersionUID = 1L;

        RowReader() {
            super(List.class);
        }

        @Override
        public List<Object> deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            List<Object> cells = new ArrayList<>();
            for (JsonNode cell : context.readTree(parser)) {
                cells.add(cell(cell));
            }
            return cells;
        }

        private static Object cell(JsonNode cell) {
            if (cell.isObject()) {
                return new Interval(
                        number(cell.path("mean")),
                        number(cell.path("low")),
                        number(cell.path("high")),
                        cell.path("clusters").asInt());
            }
            return cell.isTextual()
                    ? cell.asText()
                    : cell.isIntegralNumber() ? (Object) cell.asLong() : number(cell);
        }

        private static double number(JsonNode cell) {
            return cell.isNumber() ? cell.asDouble() : Double.NaN;
        }
    }

    /**
     * {@link Escape#csv}; an interval takes three columns, a number that is not defined is empty.
     */
    public String csv() {
        List<String> headings = new ArrayList<>();
        for (int c = 0; c < columns.size(); c++) {
            headings.add(Escape.csv(columns.get(c)));
            if (isInterval(c)) {
                headings.add(Escape.csv(columns.get(c) + " low"));
                headings.add(Escape.csv(columns.get(c) + " high"));
            }
        }
        StringBuilder text = new StringBuilder(String.join(",", headings)).append('\n');
        for (List<Object> row : rows) {
            List<String> cells = new ArrayList<>();
            for (Object cell : row) {
                if (cell instanceof Interval interval) {
                    cells.add(exact(interval.mean()));
                    cells.add(exact(interval.low()));
                    cells.add(exact(interval.high()));
                } else if (cell instanceof Number number) {
                    cells.add(exact(number));
                } else {
                    cells.add(Escape.csv(cell.toString()));
                }
            }
            text.append(String.join(",", cells)).append('\n');
        }
        return text.toString();
    }

    public String markdown() {
        StringBuilder text = new StringBuilder("**" + Escape.markdown(caption) + "**\n\n| ");
        text.append(String.join(" | ", columns.stream().map(Escape::markdown).toList()))
                .append(" |\n|");
        text.append("---|".repeat(columns.size())).append('\n');
        for (List<Object> row : rows) {
            text.append("| ")
                    .append(String.join(" | ", row.stream().map(Table::markdown).toList()))
                    .append(" |\n");
        }
        return text.append('\n').toString();
    }

    /** Numbers as they are: brackets of an interval make no link. */
    private static String markdown(Object cell) {
        return cell instanceof Number || cell instanceof Interval
                ? shown(cell)
                : Escape.markdown(shown(cell));
    }

    /** A {@code tabular} in a {@code table}; needs no package. */
    public String latex() {
        StringBuilder text =
                new StringBuilder("\\begin{table}\n\\caption{" + Escape.latex(caption) + "}\n");
        text.append("\\begin{tabular}{").append("l".repeat(columns.size())).append("}\n\\hline\n");
        text.append(String.join(" & ", columns.stream().map(Escape::latex).toList()))
                .append(" \\\\\n\\hline\n");
        for (List<Object> row : rows) {
            text.append(String.join(" & ", row.stream().map(c -> Escape.latex(shown(c))).toList()))
                    .append(" \\\\\n");
        }
        return text.append("\\hline\n\\end{tabular}\n\\end{table}\n\n").toString();
    }

    /** The cell as people read it. */
    public static String shown(Object cell) {
        if (cell instanceof Interval interval) {
            return Double.isFinite(interval.low())
                    ? String.format(
                            Locale.ROOT,
                            "%.3f [%.3f, %.3f]",
                            interval.mean(),
                            interval.low(),
                            interval.high())
                    : shown(interval.mean());
        }
        if (cell instanceof Double number) {
            return Double.isFinite(number) ? String.format(Locale.ROOT, "%.3f", number) : "–";
        }
        return cell.toString();
    }

    private boolean isInterval(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof Interval);
    }

    private static String exact(Number number) {
        return number instanceof Double value && !Double.isFinite(value) ? "" : number.toString();
    }
}
