package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.Json;
import org.kindred.eval.alignment.RewardReliability;
import org.kindred.eval.results.Results;
import org.kindred.reward.client.JudgeServer;

/** {@code kindred run DATA} with an unreliable language model in the rubric judge's place. */
final class LanguageJudgeRunTest {
    private static final String RATIONALE =
            "A. Criteria: brevity (60%), warmth (40%) B. Scores: Response 1: brevity 7/10, warmth 5/10";

    @TempDir Path folder;

    private static String marked(String json) {
        return marked("brevity", json);
    }

    private static String marked(String wish, String json) {
        return "PART 1: Wants: " + wish + ".\nPART 2:\n<JSON_START>" + json + "<JSON_END>";
    }

    /** Answers each of the three questions in its form. */
    static String reply(String question) {
        if (question.contains("You describe what one particular person")) {
            boolean briefFirst = question.indexOf("Just try") < question.indexOf("Well, there");
            return marked(
                    briefFirst ? "brevity" : "all there is to say",
                    "{\"criteria\": [{\"name\": \"brevity\", \"weight\": 60}, {\"name\": \"warmth\", \"weight\": 40}]}");
        }
        boolean alone = question.contains("You score one answer");
        return marked(
                alone
                        ? "{\"rationale\": \""
                                + RATIONALE
                                + "\", \"better_response\": {\"response_1\": 6.2}}"
                        : "{\"rationale\": \""
                                + RATIONALE
                                + " Response 2: brevity 4/10, warmth 5/10\", \"better_response\": {\"response_1\": 6.2, \"response_2\": 4.4}}");
    }

    @Test
    void run_servedJudge_writesPersonasFindsGroupsAndScoresWithNeighbours() throws Exception {
        PeopleFixture.people(folder.resolve("people"), 9, 12);
        PeopleFixture.model(folder.resolve("model"));
        Kindred.Outcome run;
        Set<String> asked;
        try (JudgeServer server = JudgeServer.reading(LanguageJudgeRunTest::reply)) {
            server.failing(
                    0.1,
                    1,
                    JudgeServer.Fault.SERVER_ERROR,
                    JudgeServer.Fault.TRUNCATED_JSON,
                    JudgeServer.Fault.NULL_CONTENT);
            // of the choices' long answers, for ever; nothing else is refused
            server.refusing(
                    request -> {
                        String question = request.path("messages").toString();
                        return question.contains("You score one answer")
                                        && question.contains("Well, there is")
                                        && question.contains("number 1")
                                ? "no such adapter"
                                : null;
                    });
            String judge = "openai:" + server.root() + "/v1#m";
            run =
                    Kindred.run(
                            folder,
                            "run",
                            "people",
                            "--model=model",
                            "--judge=" + judge,
                            "--out=run",
                            "--threads=1",
                            "--steps=2",
                            "--set=arms=[p_grpo]",
                            "--set=judge.scaling.individual=2",
                            "--set=judge.scaling.prototype=2",
                            "--set=start.sft.examples=8",
                            "--set=reinforcement.batch.prompts_per_step=2",
                            "--set=reinforcement.batch.completions_per_prompt=2",
                            "--set=reinforcement.sampling.max_new_tokens=6",
                            "--set=reinforcement.held_out_share=0",
                            "--set=evaluation.max_choices=6",
                            "--set=evaluation.prompts_per_user=1",
                            "--set=evaluation.bootstrap_draws=100",
                            "--set=judge.client.first_wait_millis=20");
            asked = Set.copyOf(server.bodies());
            assertThat(server.faults()).isNotEmpty();
        }
        assertThat(run.status()).as(run.output()).isZero();
        JsonNode step =
                Json.mapper()
                        .readTree(
                                Files.readAllLines(
                                                folder.resolve("run/policy/p_grpo/metrics.jsonl"))
                                        .get(0));
        // brevity 7 of weight 60 and warmth 5 of weight 40: 5.2 of 9 points, in log-odds
        assertThat(step.path("rewards/judge/mean").asDouble())
                .isCloseTo(Math.log(5.2 / 3.8), within(1e-9));
        assertThat(step.path("judge/neighbour_share").asDouble()).isBetween(0.2, 0.8);
        RewardReliability reward = Results.read(folder.resolve("run")).rewardReliability().get(0);
        assertThat(reward.choices()).isEqualTo(6);
        assertThat(reward.unscored()).isBetween(1, 5);
        assertThat(reward.failures()).containsEntry("HTTP_400", reward.unscored());
        assertThat(reward.accuracy().mean()).isEqualTo(0.5); // it says the same of every answer
        assertThat(reward.noise()).isTrue();
        assertThat(run.output())
                .contains(
                        "note       " + reward.sentence(),
                        "reward     right on held-out choices: all 0.50; noise in: all");
        assertThat(folder.resolve("run/reward/groups.json")).exists();
        assertThat(folder.resolve("run/eval/report.html")).exists();
        assertThat(asked)
                .anyMatch(question -> question.contains("You describe what one particular person"))
                .anyMatch(question -> question.contains("You score one answer"));
    }
}
