package org.kindred.options;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * What each option means, in the words of its record's Javadoc. Javadoc is not in the jar, so the
 * words are kept in a resource; a test writes it from the sources and fails when they differ.
 */
public final class OptionMeanings {
    static final String RESOURCE = "option-meanings.properties";
    private static final Properties WORDS = load();

    private OptionMeanings() {}

    /**
     * Meaning of every leaf of an option record by its key with dots; empty where none is known.
     */
    public static Map<String, String> of(Class<? extends Record> type) {
        Map<String, String> meanings = new LinkedHashMap<>();
        collect("", type, meanings);
        return meanings;
    }

    private static void collect(String prefix, Class<?> type, Map<String, String> meanings) {
        for (RecordComponent component : type.getRecordComponents()) {
            String key = prefix + snakeCase(component.getName());
            if (component.getType().isRecord()) {
                collect(key + ".", component.getType(), meanings);
            } else {
                meanings.put(key, WORDS.getProperty(name(type, component.getName()), ""));
            }
        }
    }

    /** Key of the resource: {@code package.Outer.Record.component} without the common package. */
    static String name(Class<?> type, String component) {
        String canonical = String.valueOf(type.getCanonicalName());
        return canonical.replaceFirst("^org\\.kindred\\.", "") + "." + component;
    }

    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static Properties load() {
        Properties words = new Properties();
        try (InputStream stream = OptionMeanings.class.getResourceAsStream(RESOURCE)) {
            if (stream == null) {
                throw new IllegalStateException(
                        "resource " + RESOURCE + " is missing from the jar");
            }
            Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8);
            words.load(reader);
            return words;
        } catch (IOException e) {
            throw new IllegalStateException("resource " + RESOURCE + " cannot be read", e);
        }
    }
}
