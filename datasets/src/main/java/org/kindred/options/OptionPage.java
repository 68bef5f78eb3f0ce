package org.kindred.options;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Options as a commented configuration file. Lists and maps stand in YAML's flow style, so that
 * every option is one line.
 */
final class OptionPage {
    private static final int COMMENT_COLUMN = 44;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*");
    private static final Pattern PLAIN_IN_BLOCK =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*(:[A-Za-z0-9_./#~=+-]+)*");
    private static final Set<String> NOT_TEXT =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private final Map<String, String> origins;
    private final StringBuilder page =
            new StringBuilder(
                    "# Options that are in force, as a configuration file: KEY: VALUE  # (where it comes from) meaning\n"
                            + "# Those marked * are the ones that most people need.\n");

    OptionPage(Map<String, String> origins) {
        this.origins = origins;
    }

    String of(Class<?> type, JsonNode options) {
        block("", "", true, type, options);
        return page.toString();
    }

    private void block(
            String prefix, String indent, boolean essential, Class<?> type, JsonNode node) {
        OptionMeanings.components(type)
                .forEach(
                        (name, component) -> {
                            JsonNode value = node.path(name);
                            OptionMeanings.Words words = OptionMeanings.of(component);
                            boolean marked = essential && words.essential();
                            if (OptionMeanings.isNested(component.getType()) && value.isObject()) {
                                line(indent + name + ":", words.text());
                                block(
                                        prefix + name + ".",
                                        indent + "  ",
                                        marked,
                                        component.getType(),
                                        value);
                            } else {
                                String comment =
                                        (marked ? "* (" : "(")
                                                + origins.getOrDefault(prefix + name, "default")
                                                + ") "
                                                + words.text();
                                line(indent + name + ": " + text(value), comment);
                            }
                        });
    }

    /** The comment behind a short line, before a long one. */
    private void line(String setting, String comment) {
        String flat = comment.replace('\n', ' ');
        if (setting.length() <= COMMENT_COLUMN) {
            page.append(String.format("%-" + COMMENT_COLUMN + "s  # %s\n", setting, flat));
        } else {
            String indent =
                    setting.substring(0, setting.length() - setting.stripLeading().length());
            page.append(indent).append("# ").append(flat).append('\n').append(setting).append('\n');
        }
    }

    private static String text(JsonNode value) {
        return isPlain(value, PLAIN_IN_BLOCK) ? value.asText() : flow(value);
    }

    private static String flow(JsonNode value) {
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(OptionPage::flow)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isObject()) {
            return value.properties().stream()
                    .map(e -> flow(TextNode.valueOf(e.getKey())) + ": " + flow(e.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        // JSON's quotes are YAML's
        return isPlain(value, PLAIN) ? value.asText() : value.toString();
    }

    private static boolean isPlain(JsonNode value, Pattern plain) {
        return value.isTextual()
                && plain.matcher(value.asText()).matches()
                && !NOT_TEXT.contains(value.asText().toLowerCase(Locale.ROOT));
    }
}
