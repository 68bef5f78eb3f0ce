package org.kindred.policy.tokenizer.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A template is data from a model folder: it ends in a text or an error within two seconds. */
final class HostileTemplatesTest {
    private static final Map<String, Object> VARIABLES =
            Map.of(
                    "messages",
                    List.of(Map.of("role", "user", "content", "hi")),
                    "add_generation_prompt",
                    true);

    private static final String NESTED =
            "{% set ns=namespace(a=[0],b=[0],t=(0,)) %}{% for i in range(60) %}"
                    + "{% set ns.a=[ns.a,ns.a] %}{% set ns.b=[ns.b,ns.b] %}{% set ns.t=(ns.t,ns.t) %}"
                    + "{% endfor %}";
    private static final String LONG = "{% set s='x'*16000000 %}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(1000000000) %}x{% endfor %}",
                "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
                "{% for i in range(100000) %}{{ [1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]|length }}{% endfor %}",
                "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
                "{% macro m(n) %}{% if n > 0 %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                "{% set ns=namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set a = 'x' * 16000000 %}{% for i in range(1000) %}{{ a }}{% endfor %}",
                "{% set ns=namespace(s=[1,2,3]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "NESTED{{ ns.a == ns.b }}",
                "NESTED{{ ns.a == ns.a }}",
                "NESTED{{ ns.a != ns.b }}",
                "NESTED{{ ns.a < ns.b }}",
                "NESTED{{ ns.a in {'x':1} }}",
                "NESTED{{ ns.t in {'x':1} }}",
                "NESTED{{ {ns.t: 1} }}",
                "NESTED{{ {'x':1}[ns.t] }}",
                "NESTED{{ {'x':1}.get(ns.t) }}",
                "NESTED{{ ns.a in [ns.b] }}",
                "NESTED{{ [ns.a, ns.b]|unique|list|length }}",
                "NESTED{{ [ns.a, ns.b]|sort|length }}",
                "NESTED{{ [ns.a, ns.b]|max|length }}",
                "NESTED{{ [ns.a].count(ns.b) }}",
                "NESTED{{ ns.a }}",
                "NESTED{{ ns.a|tojson }}",
                "{{ range(100000)|unique|list|length }}",
                "{% set l = range(100000) %}{% for i in l %}{{ 'a' if -1 in l }}{% endfor %}",
                "{{ 1.5|round(2000000000) }}",
                "{{ 1.5|round(-2000000000) }}",
                "{{ 1.5|round(2000000000, 'ceil') }}",
                "{{ 1e308|round(300, 'floor') }}",
                "LONG{{ [[[[[[[[[[[[1]]]]]]]]]]]]|tojson(indent=s) }}",
                "{{ ('1'*1000000 + 'x')|float }}",
                "{{ ('1_'*1000000 + 'x')|int }}",
                "{% set s='a,'*8000000 %}{% for i in range(1000) %}{{ s.split(',')|length }}{% endfor %}",
                "{% set s='a,'*8000000 %}{{ s.rsplit(',',1000000)|length }}",
                "{% set s='a '*8000000 %}{{ s.split()|length }}",
                "{% set s='a\\n'*8000000 %}{{ s.splitlines()|length }}",
                "{% set s='x'*1000000 %}{% set ns=namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + [s+'a'] %}{% endfor %}{{ ns.l|sort|length }}",
                "LONG{{ s|list|length }}",
                "LONG{% set b = s|list + [] %}{{ b|length }}",
                "LONG{% for c in s %}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s[i] }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s[::-1]|length }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s|upper|length }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s|length }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s is upper }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s == s + '' }}{% endfor %}",
                "LONG{% for i in range(100000) %}{{ s|trim('yx')|length }}{% endfor %}",
                "LONG{{ s.strip('y'*16000000 + 'x')|length }}",
                "LONG{{ ('x'*8000000 + 'y') in s }}",
                "LONG{{ s.find('x'*8000000 + 'y') }}",
                "LONG{{ s.rfind('y' + 'x'*8000000) }}",
                "LONG{{ s.split('x'*8000000 + 'y')|length }}",
                "LONG{{ s.replace('x'*60 + 'y', '')|length }}",
                "{% set s='\\x01'*16000000 %}{{ s|tojson|length }}",
                "{% set s='\\x01'*16000000 %}{{ [s]|string|length }}",
                "{% set s='\\n'*16000000 %}{{ s|indent(64, true, true)|length }}",
                "{% set s='a'*16000000 %}{{ s|replace('a','b'*16000000)|length }}",
                "{% set s='a'*16000000 %}{{ s|replace('','b'*16000000)|length }}",
                "{% set s='a.'*8000000 %}{{ [1,2,3]|map(attribute=s)|list|length }}",
                "LONG{{ [1]*2 }}",
                "LONG{{ s|title|length }}{{ s|capitalize|length }}{{ s.title()|length }}",
                "{% set ns=namespace() %}{% set ns.a=ns %}{{ ns }}",
                "{% set ns=namespace() %}{% set ns.a=[ns] %}{{ ns.a }}{{ ns.a|tojson }}",
                "{% set ns=namespace() %}{% set ns.a=ns %}{% set nt=namespace() %}{% set nt.a=nt %}{{ ns == nt }}{{ [ns] == [nt] }}",
                "{% set ns=namespace(l=[]) %}{% for i in range(2000) %}{% set ns.l = ns.l + ['x'*16000000] %}{% endfor %}{{ ns.l|length }}",
                "{% set ns=namespace(l=[]) %}{% for i in range(2000) %}{% set x %}{{ 'x'*16000000 }}{% endset %}{% set ns.l = ns.l + [x] %}{% endfor %}",
                "{{ 10**18 * 10**18 }}",
                "{{ messages[::0] }}",
                "{{ 'abc'[9223372036854775807:-9223372036854775808] }}",
            })
    void render_hostile_endsInTime(String template) {
        String source = template.replace("NESTED", NESTED).replace("LONG", LONG);
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> outcome(source));
    }

    /** What the parser takes must not cost more than its length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "not ",
                "-",
                "1+",
                "'a'~",
                "1 if 1 else ",
                "1 and ",
                "1 or ",
                "[",
                "a|trim|"
            })
    void parse_longExpressions_endInTime(String piece) {
        Assertions.assertTimeout(
                Duration.ofSeconds(60),
                () -> {
                    outcome("{{ " + piece.repeat(100_000) + "1 }}");
                    // Chains that a thread's stack can hold, evaluated over and over.
                    outcome(
                            "{% for i in range(100000) %}{{ "
                                    + piece.repeat(150)
                                    + "1 }}{% endfor %}");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {".a", "|trim", "[0]", "()", " is string"})
    void parse_longPostfixes_endInTime(String piece) {
        Assertions.assertTimeout(
                Duration.ofSeconds(60),
                () -> {
                    outcome("{{ messages" + piece.repeat(100_000) + " }}");
                    outcome(
                            "{% for i in range(100000) %}{{ 'a'"
                                    + piece.repeat(150)
                                    + " }}{% endfor %}");
                });
    }

    private static void outcome(String template) {
        try {
            String text = ChatTemplate.parse(template).render(VARIABLES);
            assertThat(text.length()).isLessThanOrEqualTo(Values.MAX_TEXT);
        } catch (ChatTemplateException refused) {
            assertThat(refused).hasMessageContaining("chat template");
        }
    }
}
