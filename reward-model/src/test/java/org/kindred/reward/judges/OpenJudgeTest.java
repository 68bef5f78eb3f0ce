package org.kindred.reward.judges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardUnit;
import org.kindred.reward.RubricOutcome;
import org.kindred.reward.TwoCamps;
import org.kindred.reward.UserContext;
import org.kindred.reward.client.JudgeServer;
import org.kindred.reward.prototype.PreferenceGroups;
import org.kindred.reward.prototype.PreferenceGroups.Level;
import org.kindred.reward.scaling.PGenRm;

final class OpenJudgeTest {
    private static final String PROMPT = "What about soup?";
    private static final List<String> RESPONSES =
            List.of(TwoCamps.answer(2, 1, true, false), TwoCamps.answer(2, 5, false, true));
    private static final Map<String, String> SMALL =
            Map.of(
                    "scenarios.k",
                    "2",
                    "scenarios.starts",
                    "2",
                    "prototypes.k",
                    "2",
                    "rows_per_user",
                    "2");

    /** Of this person no server can say anything. */
    private static final String UNREADABLE = "riddle";

    /** Of this person no server can say anything before {@link #PROMPT}. */
    private static final String SOUP_HATER = "stew";

    @TempDir private Path folder;

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> samples = new ConcurrentHashMap<>();
    private JudgeServer server;

    @BeforeEach
    void start() throws IOException {
        server = JudgeServer.reading(this::reply);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** A rubric for each sample, and a score for each response under each rubric. */
    private String reply(String question) {
        asked.add(question);
        if (question.startsWith("You describe")) {
            boolean soup = question.contains(PROMPT) && question.contains(SOUP_HATER);
            if (question.contains(UNREADABLE) || soup) {
                return "I cannot say.";
            }
            int sample =
                    samples.computeIfAbsent(question, q -> new AtomicInteger()).incrementAndGet();
            int weight = 20 + Math.floorMod(31 * question.hashCode() + 7 * sample, 60);
            return "PART 1: a\nWants "
                    + Integer.toHexString(question.hashCode())
                    + ".\nPART 2: b\n<JSON_START>{\"criteria\":[{\"name\":\"Clarity\",\"weight\":"
                    + weight
                    + "},{\"name\":\"Depth\",\"weight\":"
                    + (100 - weight)
                    + "}]}<JSON_END>";
        }
        double score = 1 + Math.floorMod(question.hashCode(), 90) / 10.0;
        return "PART 1: a\nFine.\nPART 2: b\n<JSON_START>{\"rationale\":\"x\",\"better_response\":{\"response_1\":"
                + score
                + "}}<JSON_END>";
    }

    private static Preference about(Preference row, String topic) {
        return new Preference(
                row.id(),
                row.userId(),
                List.of(Message.user("How do I cook " + topic + "?")),
                row.chosen(),
                row.rejected(),
                row.domain(),
                row.itemIds(),
                row.split(),
                row.userSplit(),
                row.itemSplit(),
                row.part(),
                row.slot(),
                row.chosenScore(),
                row.rejectedScore(),
                row.source(),
                row.meta());
    }

    private static RewardData data() {
        List<Preference> rows = new ArrayList<>();
        for (Preference row : TwoCamps.rows(8, 6, 1)) {
            rows.add(
                    switch (row.userId()) {
                        case "u04" -> about(row, SOUP_HATER);
                        case "u05" -> about(row, UNREADABLE);
                        default -> row;
                    });
        }
        return RewardData.forTraining(new PreferenceDataset(List.of(), rows));
    }

    private static RewardOptions options(String... settings) {
        Map<String, String> all = new TreeMap<>(SMALL);
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return OptionTree.resolve(RewardOptions.defaults(), List.of(OptionLayer.commandLine(all)))
                .options();
    }

    private OpenJudge open(JudgeSpec spec, String... settings) {
        return new OpenJudge(
                spec,
                data(),
                options(settings),
                folder.resolve("judge-cache.sqlite"),
                SeedTree.root(1));
    }

    private JudgeSpec served() {
        return JudgeSpec.parse("openai:" + server.root() + "/v1#m");
    }

    private Judgement judged(JudgeSpec spec, int individual, int prototype) {
        try (OpenJudge judge =
                open(
                        spec,
                        "scaling.individual",
                        String.valueOf(individual),
                        "scaling.prototype",
                        String.valueOf(prototype))) {
            return judge.rewarding(Progress.NONE)
                    .judge(data().contexts().get("u00"), PROMPT, RESPONSES, RewardUnit.POINTS);
        }
    }

    @Test
    void rewarding_embedded_samplesAndNeighboursChangeTheScores() {
        JudgeSpec rubric = new JudgeSpec.Embedded();
        Judgement base = judged(rubric, 1, 0);
        Judgement scaled = judged(rubric, 2, 2);
        assertThat(List.of(base, judged(rubric, 2, 0), judged(rubric, 1, 2), scaled))
                .extracting(Judgement::outcomes)
                .doesNotHaveDuplicates();
        assertThat(base.counts())
                .containsEntry("heard_own_only", 2.0)
                .containsEntry("neighbour_samples", 0.0);
        assertThat(scaled.counts())
                .containsEntry("own_samples", 4.0)
                .containsEntry("neighbour_samples", 4.0)
                .containsEntry("heard_both", 2.0);
        assertThat(judged(rubric, 2, 2)).isEqualTo(scaled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai:%s/v1#m", "ollama:%s#m"})
    void rewarding_served_samplesAndNeighboursChangeTheScores(String spelling) {
        JudgeSpec served = JudgeSpec.parse(spelling.formatted(server.root()));
        Judgement base = judged(served, 1, 0);
        Judgement scaled = judged(served, 2, 2);
        assertThat(List.of(base, judged(served, 2, 0), judged(served, 1, 2), scaled))
                .extracting(Judgement::outcomes)
                .doesNotHaveDuplicates();
        assertThat(scaled.counts())
                .containsEntry("own_samples", 4.0)
                .containsEntry("neighbour_samples", 4.0)
                .containsEntry("heard_both", 2.0)
                .containsEntry("neighbours_missing", 0.0);
        assertThat(scaled.counts().get("tokens")).isPositive();
        assertThat(judged(served, 2, 2)).as("from the cache").isEqualTo(scaled);
    }

    @Test
    void rewarding_judgeOfARun_samplesAndNeighboursChangeTheScores() {
        for (JudgeSpec kind : List.of(new JudgeSpec.Embedded(), served())) {
            Path run = folder.resolve(kind.getClass().getSimpleName());
            try (OpenJudge judge = open(kind, "scaling.prototype", "2")) {
                judge.rewarding(Progress.NONE);
                judge.save(run);
            }
            JudgeSpec saved = JudgeSpec.parse("run:" + run);
            Judgement base = judged(saved, 1, 0);
            Judgement scaled = judged(saved, 2, 2);
            assertThat(List.of(base, judged(saved, 2, 0), judged(saved, 1, 2), scaled))
                    .extracting(Judgement::outcomes)
                    .doesNotHaveDuplicates();
            assertThat(scaled.counts())
                    .containsEntry("own_samples", 4.0)
                    .containsEntry("neighbour_samples", 4.0)
                    .containsEntry("heard_both", 2.0);
        }
    }

    @Test
    void saved_judgeOfARun_bringsItsCellsAndPrompts_notItsFit() {
        try (OpenJudge judge = open(new JudgeSpec.Embedded(), "prototypes.k", "3")) {
            judge.save(folder.resolve("embedded"));
        }
        Map<String, Record> saved = RewardOptions.saved("run:" + folder.resolve("embedded"));
        assertThat(saved).containsOnlyKeys("prototypes");
        assertThat(saved.get("prototypes")).isEqualTo(options("prototypes.k", "3").prototypes());
        try (OpenJudge judge = open(served(), "llm.history", "2")) {
            judge.save(folder.resolve("served"));
        }
        Map<String, Record> prompts = RewardOptions.saved("run:" + folder.resolve("served"));
        assertThat(prompts).containsOnlyKeys("scenarios", "llm");
        assertThat(prompts.get("scenarios")).isEqualTo(options().scenarios());
        assertThat(RewardOptions.saved("rubric")).isEmpty();
    }

    @Test
    void rewarding_servedAllNeighbours_oneThatFailsIsCountedAndTheRestStays() {
        Judgement judged = judged(served(), 1, 7);
        assertThat(judged.outcomes()).hasOnlyElementsOfType(ScoreOutcome.Scored.class);
        assertThat(judged.counts()) // of two responses; u05 is in no cell, u04 hates soup
                .containsEntry("neighbour_samples", 10.0)
                .containsEntry("neighbour_unusable", 2.0)
                .containsEntry("neighbours_missing", 2.0)
                .containsEntry("neighbours_short", 1.0);
    }

    @Test
    void rubric_served_isFixedBeforeAnyResponseIsReadAndUsedForScores() {
        try (OpenJudge judge = open(served())) {
            PGenRm model = judge.rewarding(Progress.NONE);
            UserContext user = data().contexts().get("u00");
            RubricOutcome.Written rubric = (RubricOutcome.Written) model.rubric(user, PROMPT);
            assertThat(asked).hasSize(1);
            model.score(user, PROMPT, RESPONSES);
            model.score(user, PROMPT, List.of("Another one."));
            List<String> all = List.copyOf(asked);
            assertThat(all).hasSize(4);
            assertThat(all.subList(1, 4))
                    .allSatisfy(question -> assertThat(question).contains(rubric.rubric().text()));
            assertThat(model.rubric(user, PROMPT)).isEqualTo(rubric);
            assertThat(model.persona(user, "")).as("for any prompt").isPresent();
        }
    }

    @Test
    void groups_served_whoCannotBeReadIsUnplaced() {
        try (OpenJudge judge = open(served())) {
            UserContext late = new UserContext("late", List.of());
            List<UserContext> users = new ArrayList<>(data().contexts().values());
            users.add(late);
            PreferenceGroups groups = judge.groups(users, Level.USER, Progress.NONE);
            assertThat(groups.groupOf("u05", "")).isEqualTo(PreferenceGroups.UNPLACED);
            assertThat(groups.unplaced()).isEqualTo(1);
            assertThat(groups.groupOf("late", "")).startsWith("cell-");
            assertThat(groups.groupOf("u00", "")).startsWith("cell-");
        }
    }

    @Test
    void save_embedded_runOpensTheSameJudge() {
        UserContext user = data().contexts().get("u00");
        List<ScoreOutcome> scores;
        List<String> groups = new ArrayList<>();
        try (OpenJudge judge =
                open(new JudgeSpec.Embedded(), "scaling.prototype", "2", "rubric.axes", "[2]")) {
            assertThat(judge.fits()).isTrue();
            judge.probe(OpenJudge.Form.RUBRICS);
            scores = judge.rewarding(Progress.NONE).score(user, PROMPT, RESPONSES);
            PreferenceGroups found =
                    judge.groups(data().contexts().values(), Level.USER, Progress.NONE);
            data().contexts().keySet().forEach(id -> groups.add(found.groupOf(id, "")));
            judge.save(folder.resolve("run"));
        }
        JudgeSpec run = JudgeSpec.parse("run:" + folder.resolve("run"));
        try (OpenJudge judge = open(run, "scaling.prototype", "2")) {
            judge.probe(OpenJudge.Form.RUBRICS);
            assertThat(judge.fits()).isFalse();
            assertThat(judge.options().rubric().axes()).containsExactly(2);
            assertThat(judge.rewarding(Progress.NONE).score(user, PROMPT, RESPONSES))
                    .isEqualTo(scores);
            PreferenceGroups found =
                    judge.groups(data().contexts().values(), Level.USER, Progress.NONE);
            assertThat(data().contexts().keySet().stream().map(id -> found.groupOf(id, "")))
                    .isEqualTo(groups);
        }
    }

    @Test
    void save_served_runOpensItsCells() {
        try (OpenJudge judge = open(served(), "scaling.prototype", "2")) {
            judge.rewarding(Progress.NONE);
            assertThat(judge.save(folder.resolve("run"))).hasSize(2);
        }
        asked.clear();
        JudgeSpec run = JudgeSpec.parse("run:" + folder.resolve("run"));
        try (OpenJudge judge = open(run, "scaling.prototype", "2")) {
            judge.groups(List.of(), Level.USER, Progress.NONE);
            assertThat(asked).isEmpty();
            assertThat(judge.spec()).isEqualTo(served());
        }
    }

    @Test
    void open_runWithoutAJudge_saysWhatWasExpected() {
        assertThatThrownBy(() -> open(new JudgeSpec.Run(folder)))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("holds no reward/judge.yaml");
        assertThatThrownBy(() -> open(new JudgeSpec.Run(folder.resolve("nowhere"))))
                .isInstanceOf(OptionsException.class)
                .hasMessageContaining("no such folder");
    }

    @Test
    void probe_serverThatRefuses_saysWhatToChange() {
        try (OpenJudge judge = open(served())) {
            judge.probe(OpenJudge.Form.RUBRICS);
        }
        asked.clear();
        try (OpenJudge judge = open(served())) {
            judge.probe(OpenJudge.Form.RUBRICS);
            assertThat(asked).as("from the cache").isEmpty();
        }
        server.always(401);
        assertRefused("HTTP_401", "KINDRED_API_KEY");
        server.always(404);
        assertRefused("the server says: no", "ends in /v1");
        server.close();
        assertRefused("CONNECTION", "Start the server");
    }

    @Test
    void probe_repliesThatCannotBeUsed_sayWhatToChange() {
        server.replying(reply -> content(reply, ""));
        assertRefused("EMPTY_REPLY", "judge.llm.max_tokens = 3072");
        assertThat(server.requests()).as("the third says what the first said").isEqualTo(3);
        server.replying(reply -> content(reply, "I like both."));
        assertRefused("MALFORMED(no block)", "judge.client.most_failed_share = 1");
        server.replying(
                reply -> {
                    ((ObjectNode) reply.path("choices").get(0)).put("finish_reason", "length");
                    return content(reply, "PART 1: so");
                });
        assertRefused("TRUNCATED", "raise judge.llm.max_tokens");
        try (OpenJudge judge = open(served(), "client.most_failed_share", "1", "cache", "false")) {
            judge.probe(OpenJudge.Form.RUBRICS); // all may fail: told, not refused
        }
    }

    private static ObjectNode content(ObjectNode reply, String text) {
        reply.path("choices")
                .forEach(choice -> ((ObjectNode) choice.path("message")).put("content", text));
        return reply;
    }

    private void assertRefused(String reason, String advice) {
        try (OpenJudge judge = open(served(), "client.first_wait_millis", "1", "cache", "false")) {
            assertThatThrownBy(() -> judge.probe(OpenJudge.Form.RUBRICS))
                    .isInstanceOf(KindredException.class)
                    .hasMessageContaining(reason)
                    .hasMessageContaining(advice);
        }
        assertThat(folder.resolve(OpenJudge.FAILURES)).content().contains(reason);
    }

    @Test
    void notes_callsThatFailed_areNamedWithCounts() {
        server.replying(
                reply -> {
                    throw new JudgeServer.Refusal(
                            400, "{\"error\":{\"message\":\"no such adapter\"}}");
                });
        try (OpenJudge judge = open(served(), "client.attempts", "1")) {
            judge.rewarding(Progress.NONE)
                    .judge(data().contexts().get("u00"), PROMPT, RESPONSES, RewardUnit.POINTS);
            assertThat(judge.notes())
                    .containsExactly(
                            "what the judge could not be asked, or answered in no form that can be read: [HTTP_400 = 1 (the server says: no such adapter)]");
        }
        assertThat(folder.resolve(OpenJudge.FAILURES)).content().contains("no such adapter");
    }

    @Test
    void rewarding_planForPairs_isRefused() {
        try (OpenJudge judge = open(served(), "scaling.aggregate", "MARGIN_VOTE")) {
            assertThatThrownBy(() -> judge.rewarding(Progress.NONE))
                    .isInstanceOf(OptionsException.class)
                    .hasMessageContaining("scaling.aggregate = MARGIN_VOTE");
        }
    }
}
