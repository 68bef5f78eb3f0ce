package org.kindred.policy.tokenizer.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.SeedTree;

final class ChatTemplateTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNode REFERENCE = reference();

    private static JsonNode reference() {
        try (InputStream cases = ChatTemplateTest.class.getResourceAsStream("/jinja/cases.json")) {
            return MAPPER.readTree(cases);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> cases() {
        return StreamSupport.stream(REFERENCE.get("cases").spliterator(), false);
    }

    private static String render(String template) {
        return ChatTemplate.parse(template)
                .render(
                        MAPPER.convertValue(
                                REFERENCE.get("variables"),
                                new TypeReference<Map<String, Object>>() {}));
    }

    /** Expressions, tags and whitespace control with what Jinja2 itself gave. */
    @ParameterizedTest
    @MethodSource("cases")
    void render_referenceCase_asJinja(JsonNode example) {
        String template = example.get("template").textValue();
        if (example.path("fails").asBoolean()) {
            assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
        } else {
            assertThat(render(template)).isEqualTo(example.get("expected").textValue());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{% include 'x' %} | tag 'include' is not supported",
                "{% filter upper %}x{% endfilter %} | tag 'filter' is not supported",
                "{% with a = 1 %}{% endwith %} | tag 'with' is not supported",
                "{% call f() %}{% endcall %} | tag 'call' is not supported",
                "{% raw %}{% endraw %} | tag 'raw' is not supported",
                "{% for x in l recursive %}{% endfor %} | 'recursive'",
                "{{ s is nosuch }} | test 'nosuch' is not supported",
                "{{ lipsum() }} | 'lipsum' is undefined or not supported",
                "{{ s.zfill(3) }} | 'zfill' is undefined or not supported",
                "{{ '%s' % 3 }} | operator % is not supported between string and integer",
                "{{ l.append(1) }} | .append() changes its object",
                "{{ s.strip(x=1) }} | argument x is not supported",
                "{% set d.x = 1 %} | only fields of a namespace can be set",
                "{{ strftime_now('%Y') }} | 'strftime_now' is undefined",
                "{% if b %} | expected tag",
                "a\\n{# | line 2: comment without end",
            })
    void parseOrRender_unsupported_namesTheConstruct(String template, String named) {
        assertThatThrownBy(() -> render(template.replace("\\n", "\n")))
                .isInstanceOf(ChatTemplateException.class)
                .hasMessageContaining("chat template line")
                .hasMessageContaining(named);
    }

    @Test
    void parse_unknownFilter_namedWithItsLine() {
        assertThatThrownBy(() -> ChatTemplate.parse("a\nb\n{{ x | nosuch }}"))
                .hasMessage("chat template line 3: filter 'nosuch' is not supported");
    }

    @Test
    void render_raiseException_problemIsItsText() {
        ChatTemplateException raised =
                catchThrowableOfType(
                        ChatTemplateException.class,
                        () -> render("\n\n{{ raise_exception('No ' ~ i) }}"));

        assertThat(raised.problem()).isEqualTo("No 7");
        assertThat(raised).hasMessage("chat template line 3: No 7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{{ range(1000000000) }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{% set ns = namespace(x='ab') %}{% for a in range(99) %}"
                        + "{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='ab') %}{% for a in range(99) %}"
                        + "{% set ns.x = ns.x|replace('a', 'aaaaaaaa') %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for a in range(99) %}"
                        + "{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{{ 'x' * 1000000000 }}",
                "{{ 9223372036854775807 * 9 }}",
                "{{ 2 ** 4000000000 }}",
            })
    void render_withoutBound_stopped(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{", "not ", "-", "{{ (", "{% if b %}", "1 if "})
    void parse_deepNesting_refused(String opening) {
        String prefix = opening.startsWith("{%") ? "" : "{{ ";
        String template = prefix + opening.repeat(10_000);

        assertThatThrownBy(() -> ChatTemplate.parse(template))
                .isInstanceOf(ChatTemplateException.class);
    }

    @Test
    void render_longChainOfOperators_noStackOverflow() {
        String template = "{{ 1" + " + 1".repeat(200_000) + " }}";

        assertThatThrownBy(() -> render(template)).isInstanceOf(ChatTemplateException.class);
    }

    @Test
    void parse_seededMutationsOfTemplates_onlyDeclaredErrors() {
        List<String> sources = new ArrayList<>();
        cases().forEach(example -> sources.add(example.get("template").textValue()));
        SplittableRandom random = SeedTree.root(3).child("templates").random();
        int rendered = 0;
        for (int round = 0; round < 5_000; round++) {
            StringBuilder template = new StringBuilder(sources.get(random.nextInt(sources.size())));
            String other = sources.get(random.nextInt(sources.size()));
            int from = random.nextInt(other.length() + 1);
            int to = Math.min(other.length(), from + random.nextInt(6));
            int at = random.nextInt(template.length() + 1);
            int removed = Math.min(template.length(), at + random.nextInt(4));
            template.replace(at, removed, other.substring(from, to));
            try {
                render(template.toString());
                rendered++;
            } catch (ChatTemplateException expected) {
                assertThat(expected).hasMessageContaining("chat template");
            }
        }
        assertThat(rendered).isPositive();
    }
}
