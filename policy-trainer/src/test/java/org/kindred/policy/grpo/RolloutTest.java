package org.kindred.policy.grpo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kindred.policy.TinyPolicy;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;

/** What reward functions are given. */
final class RolloutTest {
    @TempDir Path folder;

    @Test
    void texts_reasoningOfThePolicy_leftOutUnlessKept() {
        try (Tokenizer tokenizer = TinyPolicy.tokenizer(folder)) {
            int[] prompt = tokenizer.encode("why?", false);
            int[] written =
                    tokenizer.encodeEnded(
                            "<think>secret plan: flatter the judge</think>\n\nblue sky");
            PolicyPrompt asked = new PolicyPrompt("p", "g", null, prompt);
            Completion completion = new Completion(written, new float[written.length], true);
            assertThat(texts(new Answers(tokenizer, false), asked, completion))
                    .containsExactly("blue sky");
            assertThat(texts(new Answers(tokenizer, true), asked, completion))
                    .containsExactly("<think>secret plan: flatter the judge</think>\n\nblue sky");
        }
    }

    private static List<String> texts(Answers answers, PolicyPrompt prompt, Completion completion) {
        Rollout rollout = Rollout.of(answers, List.of(prompt), List.of(List.of(completion)), false);
        assertThat(rollout.completions().get(0).get(0)).isSameAs(completion);
        return rollout.texts().get(0);
    }
}
