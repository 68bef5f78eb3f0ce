package org.kindred.eval.benchmark;

import org.kindred.datasets.Preference;
import org.kindred.datasets.Task;
import org.kindred.reward.UserContext;
import org.kindred.reward.judge.JudgeMode;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.judge.UserPosterior;

/** The rubric judge under one kind of user prior. */
public record JudgeArm(RubricJudge judge, JudgeMode mode) implements Arm {

    @Override
    public String name() {
        return switch (mode) {
            case NO_HISTORY -> "rubric judge, no history";
            case GAUSSIAN -> "rubric judge, history";
            case DISCRETE -> "rubric judge, prototypes";
            case MIXTURE -> "rubric judge, clouds";
        };
    }

    @Override
    public boolean usesHistory() {
        return mode != JudgeMode.NO_HISTORY;
    }

    @Override
    public UserScorer forUser(UserContext context) {
        UserPosterior posterior = judge.posterior(context, mode);
        return new UserScorer() {
            @Override
            public Arm.Reading read(Preference target) {
                String prompt = target.promptText();
                return Arm.Reading.of(
                        judge.score(posterior, prompt, target.chosenText()),
                        judge.score(posterior, prompt, target.rejectedText()));
            }

            @Override
            public double alone(String prompt, Task.Candidate candidate) {
                return judge.score(posterior, prompt, candidate.content());
            }
        };
    }
}
