package org.kindred.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import org.kindred.datasets.Escape;

/**
 * Where commands print. Names and texts come from data, models and servers: what would steer a
 * terminal is shown instead ({@link Escape#terminalLines}), and what is filled into a format stays
 * on its line.
 */
final class Terminal extends PrintWriter {
    private Terminal(Writer target) {
        super(new Shown(target), true);
    }

    /** The same place, made harmless; once is enough. */
    static Terminal over(PrintWriter target) {
        return target instanceof Terminal already ? already : new Terminal(target);
    }

    @Override
    public PrintWriter format(String format, Object... values) {
        return super.format(format, Escape.terminal(values));
    }

    @Override
    public PrintWriter format(Locale locale, String format, Object... values) {
        return super.format(locale, format, Escape.terminal(values));
    }

    /** Escapes what passes. */
    private static final class Shown extends FilterWriter {
        Shown(Writer target) {
            super(target);
        }

        @Override
        public void write(int c) throws IOException {
            write(String.valueOf((char) c), 0, 1);
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            write(new String(text, from, length), 0, length);
        }

        @Override
        public void write(String text, int from, int length) throws IOException {
            String shown = Escape.terminalLines(text.substring(from, from + length));
            out.write(System.lineSeparator().equals("\n") ? shown : lines(shown));
        }

        private static String lines(String text) {
            return text.replace("\n", System.lineSeparator());
        }
    }
}
