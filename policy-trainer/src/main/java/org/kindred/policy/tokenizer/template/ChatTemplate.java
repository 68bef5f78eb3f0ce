package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed chat template: Jinja as transformers runs it, without a clock ({@code strftime_now} is
 * undefined), so that a prompt never depends on the day. Immutable and safe for several threads.
 */
public final class ChatTemplate {
    private static final int MAX_RANGE = 100_000;
    private static final Map<String, Object> GLOBALS =
            Map.of(
                    "raise_exception", (Function) ChatTemplate::raise,
                    "range", (Function) ChatTemplate::range,
                    "namespace",
                            (Function)
                                    arguments ->
                                            new Values.Namespace(entries("namespace", arguments)),
                    "dict", (Function) arguments -> entries("dict", arguments));

    private final Statement body;

    private ChatTemplate(Statement body) {
        this.body = body;
    }

    /**
     * Parses a template.
     *
     * @throws ChatTemplateException naming line and construct if it is not supported or not Jinja
     */
    public static ChatTemplate parse(String source) {
        return new ChatTemplate(TemplateParser.parse(source));
    }

    /**
     * Renders the template.
     *
     * @param variables such as {@code messages}, {@code add_generation_prompt}, {@code bos_token};
     *     values are null, texts, booleans, numbers, and lists and maps of such
     * @throws ChatTemplateException if the template refuses the conversation or fails, or takes
     *     more work, text or depth than a rendering may
     */
    public String render(Map<String, ?> variables) {
        Scope scope = new Scope(GLOBALS);
        variables.forEach((name, value) -> scope.set(name, templateValue(value)));
        return Budget.of(
                () -> {
                    StringBuilder out = new StringBuilder();
                    try {
                        body.execute(scope, out);
                    } catch (StackOverflowError e) {
                        throw new ChatTemplateException("expressions nested too deeply");
                    }
                    return out.toString();
                });
    }

    /** A copy in the types that templates compute with. */
    private static @Nullable Object templateValue(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, element) -> copy.put(key, templateValue(element)));
            return copy;
        } else if (value instanceof Iterable<?> elements) {
            List<Object> copy = new ArrayList<>();
            elements.forEach(element -> copy.add(templateValue(element)));
            return copy;
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        } else if (value instanceof Float number) {
            return number.doubleValue();
        } else if (value == null
                || value instanceof String
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Double) {
            return value;
        }
        throw new IllegalArgumentException(
                value.getClass() + ": a template takes texts, numbers, booleans, lists and maps");
    }

    private static Object raise(Arguments arguments) {
        throw new ChatTemplateException(
                Values.text(arguments.bind("raise_exception", "message")[0]));
    }

    private static Object range(Arguments arguments) {
        Object[] given = arguments.bind("range", "start", "stop", "step");
        int first = Arguments.integer(given[0], "range", "start", 0);
        boolean single = given[1] == Arguments.ABSENT;
        long start = single ? 0 : first;
        long stop = single ? first : Arguments.integer(given[1], "range", "stop", 0);
        long step = Arguments.integer(given[2], "range", "step", 1);
        if (step == 0 || Math.abs((stop - start) / step) > MAX_RANGE) {
            throw new ChatTemplateException("range() of more than " + MAX_RANGE + " or step 0");
        }
        Budget.spendElements(Math.abs((stop - start) / step));
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    private static Map<String, Object> entries(String function, Arguments arguments) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Object mapping : arguments.positional()) {
            if (!(mapping instanceof Map<?, ?> map)) {
                throw new ChatTemplateException(
                        function + "() needs a mapping, found " + Values.typeName(mapping));
            }
            Budget.spendElements(map.size());
            map.forEach((key, value) -> entries.put(Values.text(key), value));
        }
        entries.putAll(arguments.named());
        return entries;
    }
}
