package org.kindred.reward.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.chain.ChainParser.Malformed;
import org.kindred.reward.chain.ChainParser.Parsed;
import org.kindred.reward.chain.ChainParser.Read;
import org.kindred.reward.chain.ChainParser.Totals;

final class ChainParserTest {
    private static final ChainParser PARSER = new ChainParser(Totals.RECOMPUTED);

    static List<ReplyCorpus.Case> corpus() {
        return ReplyCorpus.all();
    }

    @Test
    void corpus_distinctReplies_isLargeEnoughInEachClass() {
        List<ReplyCorpus.Case> cases = corpus();
        assertThat(cases.stream().map(ReplyCorpus.Case::reply).distinct().count())
                .isGreaterThanOrEqualTo(300);
        Map<String, Long> classes =
                cases.stream()
                        .collect(
                                Collectors.groupingBy(
                                        ReplyCorpus.Case::kind,
                                        Collectors.mapping(
                                                ReplyCorpus.Case::reply,
                                                Collectors.collectingAndThen(
                                                        Collectors.toSet(),
                                                        s -> (long) s.size()))));
        assertThat(classes)
                .allSatisfy((kind, n) -> assertThat(n).as(kind).isGreaterThanOrEqualTo(15));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void parse_reply_givesWhatTheTextStates(ReplyCorpus.Case reply) {
        Parsed parsed = PARSER.parse(reply.reply(), reply.responses());
        if (reply.reason() != null) {
            assertThat(parsed).isEqualTo(new Malformed(reply.reason()));
            return;
        }
        assertThat(parsed).isInstanceOf(Read.class);
        EvaluationChain chain = ((Read) parsed).chain();
        for (int i = 0; i < reply.responses(); i++) {
            assertThat(chain.scores().get(i)).isEqualTo(reply.scores().get(i), within(1e-9));
        }
        assertThat(chain.persona()).isNotBlank();
        if (reply.recomputed()) {
            assertThat(ChainTotals.of(chain.criteria(), stated(chain)).source())
                    .isEqualTo(ChainTotals.Source.RECOMPUTED);
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void parse_faithful_usesStatedTotals(ReplyCorpus.Case reply) {
        Parsed parsed = new ChainParser(Totals.STATED).parse(reply.reply(), reply.responses());
        assertThat(parsed instanceof Read).isEqualTo(reply.reason() == null);
        if (parsed instanceof Read read) {
            assertThat(read.chain().scores()).isEqualTo(read.chain().statedScores());
        }
    }

    @Test
    void parse_tenAgainstNine_isComparedAsNumbers() {
        Parsed parsed =
                PARSER.parse(
                        ReplyCorpus.reply(
                                "{\"rationale\":\"x\",\"better_response\":{\"response_1\":\"10\",\"response_2\":\"9\"}}"),
                        2);
        assertThat(((Read) parsed).chain().scores()).containsExactly(10.0, 9.0);
    }

    @Test
    void parse_mutatedReplies_neverThrow() {
        SplittableRandom random = SeedTree.root(20261121).random();
        List<ReplyCorpus.Case> cases = corpus();
        for (int i = 0; i < 20_000; i++) {
            ReplyCorpus.Case chosen = cases.get(random.nextInt(cases.size()));
            StringBuilder text = new StringBuilder(chosen.reply());
            for (int k = random.nextInt(4); k >= 0 && !text.isEmpty(); k--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(4)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, (char) random.nextInt(0x3000));
                    case 2 -> text.setLength(Math.max(1, at));
                    default ->
                            text.insert(at, text.substring(at, Math.min(text.length(), at + 40)));
                }
            }
            String mutated = text.toString();
            assertThatCode(() -> PARSER.parse(mutated, 2)).doesNotThrowAnyException();
        }
    }

    @Test
    void parse_hugeAndDeepReplies_areRefused() {
        assertThat(PARSER.parse("x".repeat(10_000_000), 2)).isEqualTo(new Malformed("too long"));
        assertThat(PARSER.parse(ReplyCorpus.reply("[".repeat(50_000)), 2))
                .isEqualTo(new Malformed("bad JSON"));
        assertThat(PARSER.parse("", 2)).isEqualTo(new Malformed("empty"));
    }

    @Test
    void parseSchema_object_isReadAndChecked() {
        String good =
                "{\"persona\":\"Plain words.\",\"criteria\":[{\"name\":\"a\",\"weight\":60,\"scores\":[4,9]},{\"name\":\"b\",\"weight\":40,\"scores\":[8,3]}],\"totals\":[5,7]}";
        EvaluationChain chain = ((Read) PARSER.parseSchema(good, 2)).chain();
        assertThat(chain.scores().get(0)).isEqualTo(5.6, within(1e-12));
        assertThat(chain.scores().get(1)).isEqualTo(6.6, within(1e-12));
        assertThat(chain.statedScores()).containsExactly(5.0, 7.0);
        assertThat(PARSER.parseSchema(good.replace("[5,7]", "[5]"), 2))
                .isEqualTo(new Malformed("a list of scores has another length"));
        assertThat(PARSER.parseSchema(good.replace("totals", "winner"), 2))
                .isEqualTo(new Malformed("no verdict"));
        assertThat(PARSER.parseSchema("<think>x</think>\n```json\n" + good + "\n```", 2))
                .isEqualTo(PARSER.parseSchema(good, 2));
        assertThat(PARSER.parseSchema(good.replace("7]}", "17]}"), 2))
                .isEqualTo(new Malformed("out of range"));
    }

    /** A megabyte of blanks behind each word that a pattern begins with. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "better_response",
                "'response_1'",
                "PART 1 x",
                "PART 2",
                "JSON_START ```json",
                "<JSON_START>{\"rationale\":\"Clarity",
                "<JSON_START>{\"rationale\":\"Clarity (60%), Depth (40%) Response 1: Clarity",
                "<JSON_START>{\"rationale\":\"Response",
                "<JSON_START>{\"rationale\":\"Clarity (weight 60",
                "<JSON_START>{",
                "<think>",
                "{",
            })
    void parse_blanks_takeLinearTime(String prefix) {
        for (String blank :
                List.of(" ", "\n", "\t", "\r\n", "\u00A0", " *_", " \n", "a ", prefix)) {
            String run = blank.repeat(blank.isEmpty() ? 0 : 1_000_000 / blank.length());
            for (int length : new int[] {15_000, 150_000, 1_000_000}) {
                String text = prefix + run.substring(0, Math.min(length, run.length()));
                String reply =
                        text.contains("JSON_START")
                                ? "PART 1\np\nPART 2\n"
                                        + text
                                        + "x\",\"better_response\":{\"response_1\":1,\"response_2\":2}} JSON_END"
                                : "PART 1\np\nPART 2\n" + text + "x JSON_START {} JSON_END" + text;
                assertTimeout(Duration.ofSeconds(60), () -> PARSER.parse(reply, 2));
            }
        }
    }

    @Test
    void parse_thousandsOfCriteria_takeLinearTime() {
        StringBuilder rationale = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            rationale.append('c').append(i).append("x (1%), ");
        }
        rationale.append("Response 1: ").append("c1x 3/10 ".repeat(6000));
        String reply =
                ReplyCorpus.reply(
                        "{\"rationale\":\""
                                + rationale
                                + "\",\"better_response\":{\"response_1\":1,\"response_2\":2}}");
        assertTimeout(Duration.ofSeconds(60), () -> PARSER.parse(reply, 2));
    }

    @Test
    void corpus_kinds_coverBothMarkerStylesAndRefusals() {
        assertThat(new HashSet<>(corpus().stream().map(ReplyCorpus.Case::kind).toList()).size())
                .isGreaterThanOrEqualTo(20);
    }

    private static List<Double> stated(EvaluationChain chain) {
        return chain.statedScores().stream().map(s -> s == null ? Double.NaN : s).toList();
    }
}
