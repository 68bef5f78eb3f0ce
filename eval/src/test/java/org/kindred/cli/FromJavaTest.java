package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;
import org.kindred.reward.application.KindredScoringModel;
import org.kindred.reward.client.ClientOptions;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;
import org.kindred.reward.llm.LlmOptions;
import org.kindred.reward.llm.SoloChainWriter;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PGenRm;
import org.kindred.reward.scaling.ScalingPlan;

/** The example of {@code eval/docs/from-java.md} does what the page says. */
final class FromJavaTest {
    private static final Path PAGE = Path.of("../eval/docs/from-java.md");
    private static final Path SOURCE = Path.of("src/test/java/org/kindred/cli/FromJavaTest.java");

    @TempDir Path folder;

    static List<ScoreOutcome> scores(Path people, String userId) {
        RewardData data = RewardData.forTraining(CanonicalReader.read(people).dataset());
        Path cache = people.resolve("judge-cache.sqlite"); // of served judges; rubric makes none
        JudgeSpec spec = new JudgeSpec.Embedded(); // or JudgeSpec.parse("openai:URL#MODEL")
        RewardOptions options = RewardOptions.defaults();
        try (OpenJudge judge = new OpenJudge(spec, data, options, cache, SeedTree.root(1))) {
            judge.probe(); // refuses what cannot be asked, before anything takes time
            RewardModel model = judge.rewarding(Progress.NONE);
            UserContext user = data.contexts().get(userId);
            String prompt = "What about tea?";
            model.persona(user, prompt).ifPresent(System.out::println);
            String brief = "Just try some tea.";
            String ample =
                    "Well, there is a great deal to say about tea, its history and its uses.";
            List<ScoreOutcome> scores = model.score(user, prompt, List.of(brief, ample));
            for (ScoreOutcome outcome : scores) {
                if (outcome instanceof ScoreOutcome.Scored scored) {
                    System.out.println("scored " + scored.value() + " of 10");
                } else if (outcome instanceof ScoreOutcome.Failed failed) {
                    System.out.println("no score: " + failed.reason());
                }
            }
            return scores;
        }
    }

    @Test
    void example_userWhoLikesItShort_scoresTheShortAnswerHigher() throws IOException {
        Path people = PeopleFixture.people(folder.resolve("people"), 9, 8);
        List<ScoreOutcome> scores = scores(people, "u01");
        assertThat(scores).hasSize(2).allMatch(ScoreOutcome.Scored.class::isInstance);
        assertThat(value(scores.get(0))).isBetween(1.0, 10.0).isGreaterThan(value(scores.get(1)));
    }

    private static double value(ScoreOutcome outcome) {
        return ((ScoreOutcome.Scored) outcome).value();
    }

    static String best(RewardModel model, UserContext user, String question, List<String> answers) {
        KindredScoringModel scoring = KindredScoringModel.of(model, user);
        List<TextSegment> candidates = answers.stream().map(TextSegment::from).toList();
        int first = scoring.ranking(candidates, question).get(0);
        return answers.get(first);
    }

    static RewardModel judge(ChatModel chat) {
        SeedTree seeds = SeedTree.root(1);
        Endpoint endpoint = Endpoint.of("my-model-2026-11", chat); // the name, for caches
        JudgeClient client = new JudgeClient(endpoint, null, ClientOptions.defaults(), seeds);
        SoloChainWriter writer = new SoloChainWriter(client, LlmOptions.defaults(), seeds);
        return new PGenRm(writer, NeighbourSource.NOBODY, ScalingPlan.base());
    }

    @Test
    void example_scoringModel_showsWhatTheUserWouldChoose() throws IOException {
        Path people = PeopleFixture.people(folder.resolve("people"), 9, 8);
        RewardData data = RewardData.forTraining(CanonicalReader.read(people).dataset());
        try (OpenJudge judge =
                new OpenJudge(
                        new JudgeSpec.Embedded(),
                        data,
                        RewardOptions.defaults(),
                        people.resolve("cache"),
                        SeedTree.root(1))) {
            String brief = "Just try some tea.";
            String ample =
                    "Well, there is a great deal to say about tea, its history and its uses.";
            RewardModel model = judge.rewarding(Progress.NONE);
            for (String user : List.of("u01", "u03")) {
                assertThat(
                                best(
                                        model,
                                        data.contexts().get(user),
                                        "What about tea?",
                                        List.of(ample, brief)))
                        .as("u03 likes it ample")
                        .isEqualTo(user.equals("u03") ? ample : brief);
            }
        }
    }

    @Test
    void example_anyChatModelJudges_andNonsenseIsNoScore() {
        AtomicInteger asked = new AtomicInteger();
        ChatModel chat =
                new ChatModel() {
                    @Override
                    public ChatResponse chat(ChatRequest request) {
                        asked.incrementAndGet();
                        return ChatResponse.builder().aiMessage(AiMessage.from("hm")).build();
                    }
                };
        assertThat(
                        judge(chat)
                                .score(
                                        new UserContext("u", List.of()),
                                        "What about tea?",
                                        List.of("Yes.")))
                .singleElement()
                .isInstanceOf(ScoreOutcome.Failed.class);
        assertThat(asked).hasPositiveValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"List<ScoreOutcome> scores(", "String best(", "RewardModel judge("})
    void page_holdsEveryLineOfTheExamples(String method) throws IOException {
        List<String> page = Files.readAllLines(PAGE).stream().map(String::strip).toList();
        assertThat(page).contains("```java");
        List<String> example =
                Files.readAllLines(SOURCE).stream()
                        .dropWhile(line -> !line.startsWith("    static " + method))
                        .dropWhile(line -> !line.endsWith("{"))
                        .skip(1)
                        .takeWhile(line -> !line.equals("    }"))
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
        assertThat(example).isNotEmpty();
        assertThat(page).containsAll(example);
    }
}
