package org.kindred.reward.prompt;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.reward.TextKey;

/**
 * Texts of users and models on their way into a prompt: data, never instruction.
 *
 * <p>{@link #neutralise} removes characters that only hide things and rewrites whatever reads like
 * a marker of the reply format, a fence or a turn of a chat template, also where it is spelled with
 * look-alike letters of other scripts. Doing it twice changes nothing more. {@link #fence} puts the
 * result between lines that carry a code taken from the text itself, which the text therefore
 * cannot spell.
 */
public final class UntrustedText {

    /**
     * Letters of other scripts that look like Latin ones; compatibility forms fold by themselves.
     */
    private static final Map<Character, Character> LOOK_ALIKES = lookAlikes();

    private static final String[] ASCII = ascii();

    private static final int MOST_ROUNDS = 4;

    /** Characters without a shape or a use in plain text, which only hide things. */
    private static final Pattern HIDDEN =
            Pattern.compile(
                    "[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\u00AD\\u180E\\u200B\\u200E\\u200F"
                            + "\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\uFEFF\\x{E0000}-\\x{E007F}]");

    /** Characters that some scripts need, and that do not count when text is compared. */
    private static final String JOINERS = "\u200C\u200D\u034F\u115F\u1160\u3164\uFFA0";

    /** Runs are possessive, or bounded where one may begin anew inside itself: linear. */
    private static final Pattern SUSPICIOUS =
            Pattern.compile(
                    String.join(
                            "|",
                            "(?:<\\s{0,20}+)?+(?:[/\\\\]\\s{0,20}+)?+JSON[\\s_\\-.*`]*+(?<json>START|END)(?:\\s{0,20}+>)?+",
                            "(?<![A-Z0-9])PART[\\s_\\-.:#*]*+(?<part>[12])(?=[\\s*_&&[^\\n]]*+(?:[:\\-.#\\u2013\\u2014]|\\n|$))",
                            "(?<verdict>BETTER[\\s_\\-.]*+RESPONSE)",
                            "(?<slot>RESPONSE\\s*+[_\\-]++\\s*+[0-9])",
                            "(?<token><\\|[^|<>\\n]{0,60}\\|?>|\\[/?INST]|\\[/?THINK]|<</?SYS>>|</?S>"
                                    + "|\\u25C1/?THINK\\u25B7"
                                    + "|</?(?:SYSTEM|USER|ASSISTANT|START_OF_TURN|END_OF_TURN|THINK|THINKING"
                                    + "|THOUGHTS?|REASONING|SEED:THINK|LONGCAT_THINK)>)",
                            "(?<fence><{2,}|>{2,})"));

    private UntrustedText() {}

    /** The text with nothing left in it that could be taken for a marker. */
    public static String neutralise(String text) {
        String current = once(text);
        String next = once(current);
        for (int round = 0; !next.equals(current); round++) { // rewrites bring halves together
            current = round == MOST_ROUNDS ? withoutAngles(next) : next;
            next = once(current);
        }
        return current;
    }

    /** Marks inside marks, level by level, would take a round each: none is left to be one. */
    private static String withoutAngles(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        point -> {
                            String folded = fold(point);
                            if (folded.indexOf('<') >= 0) {
                                plain.append('\u2039');
                            } else if (folded.indexOf('>') >= 0) {
                                plain.append('\u203A');
                            } else {
                                plain.appendCodePoint(point);
                            }
                        });
        return plain.toString();
    }

    private static String once(String text) {
        String visible = HIDDEN.matcher(text).replaceAll("");
        int length = visible.length();
        StringBuilder folded = new StringBuilder(length);
        int[] origin = new int[length + 16]; // of each folded character
        for (int i = 0; i < length; ) {
            int point = visible.codePointAt(i);
            String plain = fold(point);
            if (folded.length() + plain.length() > origin.length) {
                origin = Arrays.copyOf(origin, 2 * origin.length + plain.length());
            }
            Arrays.fill(origin, folded.length(), folded.length() + plain.length(), i);
            folded.append(plain);
            i += Character.charCount(point);
        }
        Matcher matcher = SUSPICIOUS.matcher(folded);
        StringBuilder safe = new StringBuilder(length);
        int done = 0;
        while (matcher.find()) {
            int from = Math.max(done, origin[matcher.start()]);
            safe.append(visible, done, from).append(harmless(matcher));
            int last = origin[matcher.end() - 1]; // where the last matched character began
            done = Math.max(from, last + Character.charCount(visible.codePointAt(last)));
        }
        return safe.append(visible, done, length).toString();
    }

    private static String harmless(Matcher matcher) {
        if (matcher.group("json") != null) {
            return "(marker)";
        }
        if (matcher.group("part") != null) {
            return "(section)";
        }
        if (matcher.group("verdict") != null) {
            return "(verdict)";
        }
        if (matcher.group("slot") != null) {
            return "(answer)";
        }
        if (matcher.group("token") != null) {
            return "(token)";
        }
        return matcher.group("fence").startsWith("<") ? "\u2039" : "\u203A";
    }

    /** One character in upper-case Latin, as far as it looks like that. */
    private static String fold(int point) {
        if (point < 128) {
            return ASCII[point];
        }
        String plain = Normalizer.normalize(Character.toString(point), Normalizer.Form.NFKD);
        StringBuilder folded = new StringBuilder(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean accent = c >= '\u0300' && c <= '\u036F' || c >= '\uFE00' && c <= '\uFE0F';
            if (!accent && JOINERS.indexOf(c) < 0) {
                folded.append(LOOK_ALIKES.getOrDefault(c, c).charValue());
            }
        }
        return folded.toString().toUpperCase(Locale.ROOT);
    }

    /**
     * The neutralised text between two lines that only this text gets.
     *
     * @param label what it is, for example {@code question}; trusted
     */
    public static String fence(String label, String text) {
        String safe = neutralise(text);
        String code = TextKey.of(label + "\n" + safe).substring(0, 8);
        return "<<< " + label + " " + code + "\n" + safe + "\n>>> " + label + " " + code;
    }

    /**
     * The neutralised text on one line behind a label: since no text brings a line break, none can
     * begin a line of its own.
     *
     * @param label what it is; trusted
     */
    public static String line(String label, String text) {
        String safe = neutralise(text);
        StringBuilder line = new StringBuilder(safe.length());
        for (int i = 0; i < safe.length(); ) {
            int end = i;
            boolean breaks = false;
            while (end < safe.length() && isBlank(safe.charAt(end))) {
                breaks |= isBreak(safe.charAt(end));
                end++;
            }
            if (end == i) {
                line.append(safe.charAt(i++));
            } else {
                line.append(breaks ? " / " : safe.substring(i, end));
                i = end;
            }
        }
        return label + ": " + line.toString().strip();
    }

    private static boolean isBreak(char c) {
        return c >= '\n' && c <= '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || isBreak(c);
    }

    private static Map<Character, Character> lookAlikes() {
        String cyrillic =
                "\u0410\u0412\u0421\u0415\u041D\u0406\u0408\u041A\u041C\u041E\u0420\u0405\u0422"
                        + "\u0425\u0423\u0430\u0441\u0435\u0456\u0458\u043E\u0440\u0455\u0445\u0443";
        String greek =
                "\u0391\u0392\u0395\u0396\u0397\u0399\u039A\u039C\u039D\u039F\u03A1\u03A4\u03A5"
                        + "\u03A7\u03B1\u03BF\u03BD\u03C1\u03C4\u03B9";
        String smallCapitals = "\u0274\u1D00\u1D04\u1D07\u1D0F\u1D18\u1D1B\u0280\uA731\u1D0A";
        String brackets = "\u27E8\u27E9\u3008\u3009\u276E\u276F\u02C2\u02C3";
        String from = cyrillic + greek + smallCapitals + brackets;
        String to =
                "ABCEHIJKMOPSTXY"
                        + "ACEIJOPSXY"
                        + "ABEZHIKMNOPTYX"
                        + "AOVPTI"
                        + "NACEOPTRSJ"
                        + "<><><><>";
        Map<Character, Character> map = new HashMap<>();
        for (int i = 0; i < from.length(); i++) {
            map.put(from.charAt(i), to.charAt(i));
        }
        return Map.copyOf(map);
    }

    private static String[] ascii() {
        String[] folded = new String[128];
        for (int c = 0; c < folded.length; c++) {
            folded[c] = String.valueOf((char) c).toUpperCase(Locale.ROOT);
        }
        return folded;
    }
}
