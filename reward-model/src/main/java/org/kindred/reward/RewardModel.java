package org.kindred.reward;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kindred.policy.grpo.Judgement;
import org.kindred.policy.grpo.ScoreOutcome;

/**
 * Tells what one user wants and scores responses as that user would. A rubric is fixed before any
 * response is read; who writes rubrics scores responses under the same ones.
 */
public interface RewardModel {

    /** Names the model in results. */
    String name();

    /**
     * What the user wants for a prompt, from the history and the prompt alone.
     *
     * @param prompt text of the conversation so far; blank for a rubric that holds for all prompts
     */
    RubricOutcome rubric(UserContext user, String prompt);

    /** As {@link #rubric} for each; faster where the model answers batches. */
    default List<RubricOutcome> rubrics(List<UserPrompt> asked) {
        return asked.stream().map(one -> rubric(one.user(), one.prompt())).toList();
    }

    /** The persona of {@link #rubric}; empty where none could be written. */
    default Optional<String> persona(UserContext user, String prompt) {
        return rubric(user, prompt) instanceof RubricOutcome.Written written
                ? Optional.of(written.rubric().persona())
                : Optional.empty();
    }

    /**
     * Scores responses to one prompt in the name of one user.
     *
     * @param prompt text of the conversation so far
     * @return one outcome a response, in order, of totals from 1 to 10; never fewer, never a number
     *     for a failure
     */
    List<ScoreOutcome> score(UserContext user, String prompt, List<String> responses);

    /** As {@link #score} in a unit, with counts of what stands behind the scores. */
    default Judgement judge(
            UserContext user, String prompt, List<String> responses, RewardUnit unit) {
        return new Judgement(
                score(user, prompt, responses).stream()
                        .map(points -> unit.of(points, RatingScale.PLAIN))
                        .toList(),
                Map.of());
    }
}
