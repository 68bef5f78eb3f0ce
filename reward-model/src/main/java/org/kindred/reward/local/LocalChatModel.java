package org.kindred.reward.local;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.gguf.ConvertedModels;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.EngineOptions;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.client.BatchChatModel;
import org.kindred.reward.client.CallException;
import org.kindred.reward.client.Endpoint;
import org.kindred.reward.client.SeededParameters;

/**
 * A checkpoint in a Hugging Face folder as a chat model, so that it can write evaluation chains
 * like a served one. Messages become tokens by the folder's chat template, in which no text of a
 * message can spell a special token. A seed in the request makes the answer repeatable.
 *
 * <p>One request or batch at a time; further threads wait. The caller closes it.
 */
public final class LocalChatModel implements BatchChatModel, AutoCloseable {
    /** Rows that are decoded together: enough to fill two cores, few enough for short waits. */
    private static final int ROWS = 32;

    private static final int DEFAULT_TOKENS = 1024;

    private final String name;
    private final CausalLm model;
    private final Tokenizer tokenizer;
    private final Generator generator;

    /** Takes over model and tokenizer. */
    public LocalChatModel(String name, CausalLm model, Tokenizer tokenizer) {
        this.name = name;
        this.model = model;
        this.tokenizer = tokenizer;
        int[] ends = tokenizer.eosIds().stream().mapToInt(Integer::intValue).toArray();
        generator = new Generator(model, ends, tokenizer.padId());
    }

    /**
     * Opens a folder, or a GGUF file.
     *
     * @throws KindredException if it is no model
     */
    public static LocalChatModel open(Path named, EngineOptions engine) {
        Path folder = ConvertedModels.folder(named);
        Tokenizer tokenizer = Tokenizer.load(folder);
        try {
            return new LocalChatModel(named.toString(), CausalLm.load(folder, engine), tokenizer);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** This model as an endpoint of judges. */
    public Endpoint endpoint() {
        return Endpoint.of("local:" + name, this);
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return SeededParameters.of(0, 1.0, DEFAULT_TOKENS);
    }

    @Override
    public int batch() {
        return ROWS;
    }

    /** A request in tokens. */
    private record Prepared(int[] prompt, SamplingOptions sampling, SeedTree seeds) {}

    /**
     * @throws CallException if the prompt is longer than the model reads
     */
    private Prepared prepared(ChatRequest request) {
        int[] prompt =
                tokenizer.chat(
                        request.messages().stream().map(LocalChatModel::message).toList(), true);
        ChatRequestParameters wanted = request.parameters();
        int room = model.config().maxPositionEmbeddings() - prompt.length;
        int tokens = wanted.maxOutputTokens() == null ? DEFAULT_TOKENS : wanted.maxOutputTokens();
        if (room < 1) {
            throw CallException.contextLength(
                    "the prompt has "
                            + prompt.length
                            + " tokens, the local model reads at most "
                            + model.config().maxPositionEmbeddings()
                            + ": show fewer past choices, or take a model with a longer context");
        }
        double temperature = wanted.temperature() == null ? 1.0 : wanted.temperature();
        return new Prepared(
                prompt,
                new SamplingOptions(Math.min(tokens, room), temperature, 0, 1, 0, 1),
                SeedTree.root(SeededParameters.seedOf(wanted)));
    }

    private ChatResponse response(Prepared request, Completion completion) {
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(tokenizer.text(completion.tokens())))
                .tokenUsage(new TokenUsage(request.prompt().length, completion.tokens().length))
                .finishReason(completion.finished() ? FinishReason.STOP : FinishReason.LENGTH)
                .modelName(name)
                .build();
    }

    private List<ChatResponse> answers(List<Prepared> requests) {
        List<Completion> completions =
                generator.generateEach(
                        requests.stream().map(Prepared::prompt).toList(),
                        requests.get(0).sampling(),
                        requests.stream().map(Prepared::seeds).toList());
        List<ChatResponse> answers = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            answers.add(response(requests.get(i), completions.get(i)));
        }
        return answers;
    }

    @Override
    public synchronized ChatResponse doChat(ChatRequest request) {
        return answers(List.of(prepared(request))).get(0);
    }

    @Override
    public synchronized List<@Nullable ChatResponse> chatAll(List<ChatRequest> requests) {
        @Nullable ChatResponse[] all = new ChatResponse[requests.size()];
        Map<SamplingOptions, Map<Integer, Prepared>> alike = new LinkedHashMap<>();
        for (int i = 0; i < all.length; i++) {
            try {
                Prepared ready = prepared(requests.get(i));
                alike.computeIfAbsent(ready.sampling(), how -> new LinkedHashMap<>()).put(i, ready);
            } catch (CallException e) { // its own failure, told when it is asked alone
                all[i] = null;
            }
        }
        for (Map<Integer, Prepared> some : alike.values()) {
            Iterator<ChatResponse> answers = answers(List.copyOf(some.values())).iterator();
            some.keySet().forEach(i -> all[i] = answers.next());
        }
        return Arrays.asList(all);
    }

    private static Message message(ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return Message.system(system.text());
        }
        if (message instanceof UserMessage user && user.hasSingleText()) {
            return Message.user(user.singleText());
        }
        if (message instanceof AiMessage ai && ai.text() != null) {
            return Message.assistant(ai.text());
        }
        throw new KindredException(
                "a local model reads text of system, user and assistant messages only, found "
                        + message.type());
    }

    @Override
    public void close() {
        model.close();
        tokenizer.close();
    }
}
