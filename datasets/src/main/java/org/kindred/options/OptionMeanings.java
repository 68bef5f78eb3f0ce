package org.kindred.options;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.NamingBase;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keys of the options of a record and what they mean, from the {@link Meaning} of components. */
public final class OptionMeanings {
    private static final NamingBase SNAKE_CASE = (NamingBase) PropertyNamingStrategies.SNAKE_CASE;

    private OptionMeanings() {}

    /**
     * @param text the words; empty where the component has none
     * @param essential as {@link Meaning#essential}, all components on the way included
     */
    public record Words(String text, boolean essential) {
        static final Words NONE = new Words("", false);
    }

    /** Of every option of a record by its key with dots, in the order of the components. */
    public static Map<String, Words> of(Class<? extends Record> type) {
        Map<String, Words> meanings = new LinkedHashMap<>();
        collect("", true, type, meanings);
        return meanings;
    }

    private static void collect(
            String prefix, boolean essential, Class<?> type, Map<String, Words> meanings) {
        components(type)
                .forEach(
                        (name, component) -> {
                            Words words = of(component);
                            boolean inner = essential && words.essential();
                            if (isNested(component.getType())) {
                                collect(prefix + name + ".", inner, component.getType(), meanings);
                            } else {
                                meanings.put(prefix + name, new Words(words.text(), inner));
                            }
                        });
    }

    /** Of one component, alone. */
    public static Words of(RecordComponent component) {
        Meaning meaning = component.getAnnotation(Meaning.class);
        return meaning == null ? Words.NONE : new Words(meaning.value(), meaning.essential());
    }

    /** The components of a record by the keys that they have in files. */
    public static Map<String, RecordComponent> components(Class<?> type) {
        Map<String, RecordComponent> components = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.put(SNAKE_CASE.translate(component.getName()), component);
        }
        return components;
    }

    /** Whether a type is a record of further options; some records are written as one word. */
    public static boolean isNested(Class<?> type) {
        return type.isRecord()
                && Arrays.stream(type.getDeclaredMethods())
                        .noneMatch(method -> method.isAnnotationPresent(JsonValue.class));
    }
}
