package org.kindred.reward.judges;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kindred.datasets.Message;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.client.ClientOptions;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.client.Question;

final class JudgeWatchTest {

    @Test
    void tick_callUnderWay_isToldEverMoreSeldom() {
        List<Integer> told = new ArrayList<>();
        int[] tick = new int[1];
        Progress progress =
                new Progress() {
                    @Override
                    public void stage(String name, String note) {}

                    @Override
                    public void step(long done, long total, String note) {}

                    @Override
                    public void note(String sentence) {
                        assertThat(sentence).contains("1 call under way, 0 answers");
                        told.add(tick[0]);
                    }
                };
        JudgeWatch[] watch = new JudgeWatch[1];
        ChatModel slow =
                new ChatModel() {
                    @Override
                    public ChatResponse doChat(ChatRequest request) {
                        for (tick[0] = 1; tick[0] <= 20; tick[0]++) {
                            watch[0].tick();
                        }
                        return ChatResponse.builder().aiMessage(AiMessage.from("text")).build();
                    }
                };
        JudgeClient client =
                new JudgeClient(
                        Endpoint.of("slow", slow),
                        null,
                        ClientOptions.defaults(),
                        SeedTree.root(1));
        watch[0] = new JudgeWatch(client, progress);
        watch[0].tick(); // nothing is under way
        client.ask(new Question(List.of(Message.user("q")), "u", "u", 1, 32, null, 0), 0, 1);
        watch[0].tick();
        watch[0].close();
        assertThat(told).containsExactly(1, 2, 4, 8, 16);
    }
}
