package org.kindred.cli;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kindred.options.OptionMeanings;
import org.kindred.options.OptionTree;

/**
 * The page of all options. A record that several commands share is a section of its own, to which
 * they link; what differs from the section's values stands beside the link.
 */
final class ReferencePage {
    private static final String INTRODUCTION =
            """
            # Options

            Made from the option records by `OptionReferenceTest`; `--print-config` shows the same with the values in force, as a
            configuration file. Options come from, weakest first: defaults, `--preset NAME`, `--config FILE` (YAML; keys may nest or have
            dots), `--set KEY=VALUE` and the flags that are short for it. **Bold** keys are those that most people need. `KEY.*` stands
            for a group of options with a section of its own; values beside its link are those that differ there. `kindred
            policy sft`, `policy train`, `reward derive` and `reward prototypes` take the keys of `kindred run` that belong to their
            stages, and refuse the others.
            """;

    private final Map<String, Record> commands;
    private final Map<Class<?>, String> firstKeys = new LinkedHashMap<>();
    private final Map<Class<?>, Record> firstValues = new LinkedHashMap<>();
    private final Map<Class<?>, String> titles = new LinkedHashMap<>();
    private final Set<String> listed = new HashSet<>();
    private final StringBuilder page = new StringBuilder(INTRODUCTION);

    ReferencePage(Map<String, Record> commands) {
        this.commands = commands;
        Set<Class<?>> shared = new HashSet<>();
        commands.values().forEach(options -> visit("", options, shared));
        Set<String> taken = new TreeSet<>();
        commands.forEach((name, options) -> titles.put(options.getClass(), "kindred " + name));
        firstKeys.forEach(
                (type, key) -> {
                    if (shared.contains(type) && !titles.containsKey(type)) {
                        String title = key;
                        for (int i = 2; !taken.add(title); i++) {
                            title = key + " " + i;
                        }
                        titles.put(type, title);
                    }
                });
    }

    /** Finds the records that are met twice; what is inside of them counts once. */
    private void visit(String key, Record options, Set<Class<?>> shared) {
        Class<?> type = options.getClass();
        if (firstKeys.putIfAbsent(type, key) != null) {
            shared.add(type);
            return;
        }
        firstValues.put(type, options);
        OptionMeanings.components(type)
                .forEach(
                        (name, component) -> {
                            if (value(component, options) instanceof Record inner
                                    && OptionMeanings.isNested(component.getType())) {
                                visit(name, inner, shared);
                            }
                        });
    }

    String text() {
        commands.forEach((name, options) -> section(options));
        page.append("\n# Groups of options that commands share\n");
        titles.forEach(
                (type, title) -> {
                    if (!title.startsWith("kindred ")) {
                        section(firstValues.get(type));
                    }
                });
        return page.toString();
    }

    private void section(Record options) {
        List<String> essential = new ArrayList<>();
        List<String> others = new ArrayList<>();
        rows("", true, options, essential, others);
        page.append("\n## ")
                .append(titles.get(options.getClass()))
                .append("\n\n| key | default | meaning |\n|---|---|---|\n");
        essential.forEach(page::append);
        others.forEach(page::append);
    }

    private void rows(
            String prefix,
            boolean essential,
            Record options,
            List<String> first,
            List<String> others) {
        OptionMeanings.components(options.getClass())
                .forEach(
                        (name, component) -> {
                            if (!listed.add(options.getClass().getName() + "." + name)) {
                                throw new AssertionError(
                                        options.getClass() + "." + name + " would stand twice");
                            }
                            OptionMeanings.Words words = OptionMeanings.of(component);
                            boolean marked = essential && words.essential();
                            List<String> rows = marked ? first : others;
                            String key = prefix + name;
                            if (!OptionMeanings.isNested(component.getType())) {
                                String json = OptionTree.values(options).get(name);
                                String shown =
                                        key.equals("threads") ? "(processors)" : "`" + json + "`";
                                rows.add(row(key, marked, shown, words.text()));
                            } else if (value(component, options) instanceof Record inner) {
                                if (titles.containsKey(component.getType())) {
                                    rows.add(
                                            row(
                                                    key + ".*",
                                                    marked,
                                                    differences(inner),
                                                    words.text() + ": " + link(inner)));
                                } else {
                                    rows(key + ".", marked, inner, first, others);
                                }
                            }
                        });
    }

    private String differences(Record options) {
        Map<String, String> usual = OptionTree.values(firstValues.get(options.getClass()));
        return OptionTree.values(options).entrySet().stream()
                .filter(e -> !e.getValue().equals(usual.get(e.getKey())))
                .map(e -> e.getKey() + " `" + e.getValue() + "`")
                .collect(Collectors.joining(", "));
    }

    private String link(Record options) {
        String title = String.valueOf(titles.get(options.getClass()));
        String anchor = title.replaceAll("[^a-z0-9_ -]", "").replace(' ', '-');
        return "[" + title + "](#" + anchor + ")";
    }

    private static String row(String key, boolean essential, String value, String meaning) {
        String shown = essential ? "**`" + key + "`**" : "`" + key + "`";
        return "| "
                + shown
                + " | "
                + value.replace("|", "\\|")
                + " | "
                + meaning.replace("|", "\\|")
                + " |\n";
    }

    private static Object value(RecordComponent component, Record options) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(options);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
