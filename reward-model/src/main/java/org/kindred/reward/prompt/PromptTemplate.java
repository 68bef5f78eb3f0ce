package org.kindred.reward.prompt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kindred.reward.TextKey;

/**
 * A prompt of a fixed wording. The wording of a version never changes; another wording is another
 * version, so that results name what was asked.
 *
 * @param name for example {@code criteria-inference}
 * @param version from 1
 * @param system what stays the same for all questions about one user: it comes first, so that a
 *     server's prefix cache hits
 * @param user what changes with each question
 * @param framing how texts are marked in it
 */
public record PromptTemplate(
        String name, int version, String system, String user, Framing framing) {
    private static final String FENCED = "=== system\n";
    private static final String LINED = "=== system, one line a text\n";

    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z_]+)}}");

    /** Reads a template of this package's resources. */
    public static PromptTemplate load(String name, int version) {
        String text = resource(name, version);
        Framing framing = text.startsWith(LINED) ? Framing.LINES : Framing.FENCES;
        String head = framing == Framing.LINES ? LINED : FENCED;
        int user = text.indexOf("=== user\n");
        if (!text.startsWith(head) || user < 0) {
            throw new IllegalStateException(
                    "template " + name + " has no part '=== system' followed by '=== user'");
        }
        return new PromptTemplate(
                name,
                version,
                text.substring(head.length(), user).strip(),
                text.substring(user + "=== user\n".length()).strip(),
                framing);
    }

    /** Reads a short text of this package's resources, for example the line of a second try. */
    public static String resource(String name, int version) {
        String file = name + ".v" + version + ".txt";
        try (InputStream in = PromptTemplate.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalArgumentException("template " + file + ": there is no such text");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the text " + file + " cannot be read", e);
        }
    }

    /**
     * Puts texts into places in one pass: a place that is spelled inside a text stays as it is.
     *
     * @throws IllegalArgumentException if a place has no text
     */
    public static String fill(String text, Map<String, String> values) {
        Matcher places = PLACE.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (places.find()) {
            String value = values.get(places.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        "place " + places.group(1) + " of a template has no text");
            }
            places.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return places.appendTail(filled).toString();
    }

    /** Name, version and a hash of the wording, for provenance. */
    public String fingerprint() {
        return name + ".v" + version + ":" + TextKey.of(system + "\n" + user).substring(0, 12);
    }
}
