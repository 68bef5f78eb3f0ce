package org.kindred.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.datasets.CanonicalReader;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.grpo.ScoreOutcome;
import org.kindred.reward.RewardModel;
import org.kindred.reward.UserContext;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;
import org.kindred.reward.judges.RewardOptions;

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

    @Test
    void page_holdsEveryLineOfTheExample() throws IOException {
        List<String> page = Files.readAllLines(PAGE);
        int from = page.indexOf("```java");
        assertThat(from).isNotNegative();
        List<String> block =
                page.subList(from + 1, page.size()).stream()
                        .takeWhile(line -> !line.equals("```"))
                        .map(String::strip)
                        .toList();
        List<String> example =
                Files.readAllLines(SOURCE).stream()
                        .dropWhile(
                                line -> !line.startsWith("    static List<ScoreOutcome> scores("))
                        .skip(1)
                        .takeWhile(line -> !line.equals("    }"))
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
        assertThat(example).isNotEmpty();
        assertThat(block).containsAll(example);
    }
}
