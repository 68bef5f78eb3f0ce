package org.kindred.reward.client;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextKey;

/**
 * Asks an endpoint. An answer is asked for once: what is in the cache is taken from there, and of
 * two threads that want the same answer one asks. Failures that may pass are tried again after a
 * seeded wait; in the end every sample is an {@link Answer}, never an exception and never a number.
 *
 * <p>Safe for many threads; calls block. The cache is the caller's to close.
 */
public final class JudgeClient {
    private static final int FEWEST_FOR_SHARE = 200;

    private final Endpoint endpoint;
    private final @Nullable JudgeCache cache;
    private final ClientOptions options;
    private final SeedTree seeds;
    private final Ticker ticker;
    private final Gate gate;
    private final Semaphore slots;
    private final long latest; // nanos of the ticker; Long.MAX_VALUE for no deadline
    private final Map<String, CompletableFuture<Answer>> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong retried = new AtomicLong();
    private final AtomicLong tokens = new AtomicLong();
    private volatile @Nullable String stopped;

    /**
     * @param cache null to keep nothing
     * @param seeds part of the key of every answer: other seeds, other samples
     */
    public JudgeClient(
            Endpoint endpoint, @Nullable JudgeCache cache, ClientOptions options, SeedTree seeds) {
        this(endpoint, cache, options, seeds, Ticker.system());
    }

    JudgeClient(
            Endpoint endpoint,
            @Nullable JudgeCache cache,
            ClientOptions options,
            SeedTree seeds,
            Ticker ticker) {
        this.endpoint = endpoint;
        this.cache = cache;
        this.options = options;
        this.seeds = seeds;
        this.ticker = ticker;
        this.gate = new Gate(options, ticker);
        this.slots = new Semaphore(options.concurrency(), true);
        this.latest =
                options.deadlineMillis() == 0
                        ? Long.MAX_VALUE
                        : ticker.nanos() + TimeUnit.MILLISECONDS.toNanos(options.deadlineMillis());
    }

    /**
     * What has been done so far.
     *
     * @param calls requests sent
     * @param hits answers from the cache
     * @param answered answers from the endpoint
     * @param failed samples without an answer
     * @param retried requests that were a repetition
     * @param tokens prompts and answers of the requests, as the endpoint counted
     */
    public record Counts(
            long calls, long hits, long answered, long failed, long retried, long tokens) {}

    public Counts counts() {
        return new Counts(
                calls.get(), hits.get(), answered.get(), failed.get(), retried.get(), tokens.get());
    }

    /** Names the endpoint. */
    public String identity() {
        return endpoint.identity();
    }

    /** Whether answers can be held to a JSON schema. */
    public boolean schemas() {
        return endpoint.dialect().schemas();
    }

    /** Requests that the endpoint is best handed together; 1 for servers. */
    public int batch() {
        return endpoint.model() instanceof BatchChatModel local ? local.batch() : 1;
    }

    /** Threads that may ask at once; 1 for a model in this process. */
    public int threads() {
        return batch() > 1 ? 1 : options.concurrency();
    }

    /**
     * Samples of a question.
     *
     * @param first number of the first sample
     */
    public record Ask(Question question, int first, int samples) {}

    /**
     * Samples {@code first} to {@code first + samples - 1} of a question, in order. The same sample
     * of the same question is the same answer for ever.
     */
    public List<Answer> ask(Question question, int first, int samples) {
        return askAll(List.of(new Ask(question, first, samples))).get(0);
    }

    /**
     * Several questions: together where the endpoint answers batches, else one after another in
     * this thread.
     */
    public List<List<Answer>> askAll(List<Ask> asks) {
        List<List<CompletableFuture<Answer>>> answers = new ArrayList<>();
        List<Mine> mine = new ArrayList<>();
        try {
            for (Ask ask : asks) {
                answers.add(claimed(ask, mine));
            }
            List<Mine> open = open(mine);
            if (endpoint.model() instanceof BatchChatModel local) {
                for (int from = 0; from < open.size(); from += local.batch()) {
                    together(
                            local, open.subList(from, Math.min(open.size(), from + local.batch())));
                }
                open = open(mine); // what has to be asked alone
            }
            while (!open.isEmpty()) {
                Question question = open.get(0).question;
                int most = endpoint.dialect().samplesPerRequest();
                request(
                        question,
                        open.stream().filter(own -> own.question == question).limit(most).toList());
                open = open(open);
            }
        } finally {
            for (Mine own : mine) { // only if something was thrown: nobody may wait for ever
                finish(own, new Answer.Failed("INTERNAL", 0));
            }
        }
        return answers.stream()
                .map(some -> some.stream().map(CompletableFuture::join).toList())
                .toList();
    }

    private static List<Mine> open(List<Mine> some) {
        return some.stream().filter(own -> !own.answer.isDone()).toList();
    }

    /** The answers to come; those that nobody else is asking for are added to {@code mine}. */
    private List<CompletableFuture<Answer>> claimed(Ask ask, List<Mine> mine) {
        String hash = hash(ask.question);
        List<CompletableFuture<Answer>> answers = new ArrayList<>(ask.samples);
        for (int i = 0; i < ask.samples; i++) {
            String key = TextKey.of(hash + ":" + (ask.first + i));
            CompletableFuture<Answer> fresh = new CompletableFuture<>();
            CompletableFuture<Answer> running = inFlight.putIfAbsent(key, fresh);
            answers.add(running == null ? fresh : running);
            if (running == null) {
                Mine own = new Mine(key, ask.question, fresh);
                mine.add(own); // from here on it is completed in any case
                known(key).ifPresent(answer -> finish(own, answer));
            }
        }
        return answers;
    }

    /** One call for all; what it leaves open is asked alone afterwards, where failures are told. */
    private void together(BatchChatModel model, List<Mine> batch) {
        if (refusal() != null || !gate.enter(latest)) {
            return;
        }
        List<ChatRequest> requests =
                batch.stream()
                        .map(
                                own ->
                                        endpoint.dialect()
                                                .request(
                                                        own.question,
                                                        1,
                                                        seed(seeds.child(own.key))))
                        .toList();
        List<@Nullable ChatResponse> responses;
        slots.acquireUninterruptibly();
        try {
            calls.addAndGet(requests.size());
            responses = model.chatAll(requests);
        } catch (RuntimeException e) {
            return;
        } finally {
            slots.release();
        }
        for (int i = 0; i < batch.size(); i++) {
            ChatResponse response = responses.get(i);
            if (response != null) {
                try {
                    take(batch.get(i).question, List.of(batch.get(i)), response);
                } catch (CallException e) {
                    continue; // an empty reply
                }
            }
        }
        gate.worked();
    }

    private record Mine(String key, Question question, CompletableFuture<Answer> answer) {}

    private void finish(Mine own, Answer answer) {
        if (own.answer.complete(answer)) {
            inFlight.remove(own.key, own.answer);
        }
    }

    private Optional<Answer> known(String key) {
        if (cache == null) {
            return Optional.empty();
        }
        Optional<Answer> row =
                cache.get(key)
                        .map(r -> new Answer.Text(r.reply(), r.inputTokens(), r.outputTokens()));
        row.ifPresent(r -> hits.incrementAndGet());
        return row;
    }

    /** Makes one request and tries again until at least one of the batch has its answer. */
    private void request(Question question, List<Mine> batch) {
        int attempts = 0;
        SeedTree draws = seeds.child(batch.get(0).key);
        while (true) {
            String refusal = refusal();
            if (refusal == null && !gate.enter(latest)) {
                refusal = stopReason("DEADLINE");
            }
            if (refusal != null) {
                fail(batch, refusal, attempts);
                return;
            }
            attempts++;
            if (attempts > 1) {
                retried.incrementAndGet();
            }
            CallException failure;
            try {
                take(question, batch, call(question, batch.size(), draws));
                gate.worked();
                return;
            } catch (CallException e) {
                failure = e;
            }
            if (failure instanceof CallException.Lasting lasting) {
                gate.worked(); // the server is well, the question is not
                if (lasting.forAll()) {
                    stopped = lasting.reason();
                }
                fail(batch, lasting.reason(), attempts);
                return;
            }
            gate.broke();
            long wait = wait((CallException.Passing) failure, attempts, draws);
            if (attempts >= options.attempts() || wait >= latest - ticker.nanos()) {
                fail(batch, failure.reason(), attempts);
                return;
            }
            if (!slept(wait)) {
                fail(batch, "INTERRUPTED", attempts);
                return;
            }
        }
    }

    private @Nullable String refusal() {
        if (stopped != null) {
            return "STOPPED(" + stopped + ")";
        }
        if (options.replayOnly()) {
            return "NOT_CACHED";
        }
        if (ticker.nanos() >= latest) {
            return "DEADLINE";
        }
        if (options.tokenBudget() > 0 && tokens.get() >= options.tokenBudget()) {
            return "BUDGET";
        }
        return null;
    }

    private static String stopReason(String reason) {
        return Thread.currentThread().isInterrupted() ? "INTERRUPTED" : reason;
    }

    private ChatResponse call(Question question, int samples, SeedTree draws) {
        slots.acquireUninterruptibly();
        try {
            calls.incrementAndGet();
            if (latest != Long.MAX_VALUE) {
                WireClient.boundTo(System.nanoTime() + (latest - ticker.nanos()));
            }
            return endpoint.model()
                    .chat(endpoint.dialect().request(question, samples, seed(draws)));
        } catch (RuntimeException e) {
            throw CallException.of(e);
        } finally {
            WireClient.unbounded();
            slots.release();
        }
    }

    private static int seed(SeedTree draws) {
        return (int) (draws.seed() & Integer.MAX_VALUE);
    }

    /** Gives the texts of a reply to the samples; a server may give fewer than it was asked for. */
    private void take(Question question, List<Mine> batch, ChatResponse response) {
        List<String> texts = endpoint.dialect().texts(response);
        if (texts.isEmpty() || texts.size() > batch.size()) {
            throw CallException.passing("BROKEN_REPLY");
        }
        TokenUsage usage = response.metadata() == null ? null : response.tokenUsage();
        long input = count(usage == null ? null : usage.inputTokenCount()) / texts.size();
        long output = count(usage == null ? null : usage.outputTokenCount()) / texts.size();
        tokens.addAndGet((input + output) * texts.size());
        if (cache != null) {
            List<JudgeCache.Row> rows = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                rows.add(
                        new JudgeCache.Row(
                                batch.get(i).key,
                                question.owner(),
                                question.subject(),
                                endpoint.identity(),
                                texts.get(i),
                                input,
                                output));
            }
            cache.put(rows);
        }
        answered.addAndGet(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            finish(batch.get(i), new Answer.Text(texts.get(i), input, output));
        }
    }

    private static long count(@Nullable Integer tokens) {
        return tokens == null ? 0 : tokens;
    }

    private void fail(List<Mine> batch, String reason, int attempts) {
        long all = failed.addAndGet(batch.size());
        long total = all + answered.get();
        if (attempts > 0
                && total >= FEWEST_FOR_SHARE
                && all > options.mostFailedShare() * total
                && stopped == null) {
            stopped = "more than " + Math.round(100 * options.mostFailedShare()) + " % failed";
        }
        batch.forEach(own -> finish(own, new Answer.Failed(reason, attempts)));
    }

    /** Exponential, times 0.5 to 1 by seed, and never shorter than the server asks for. */
    private long wait(CallException.Passing failure, int attempts, SeedTree draws) {
        double most =
                Math.min(
                        options.longestWaitMillis(),
                        options.firstWaitMillis() * Math.pow(2, attempts - 1));
        double part = 0.5 + 0.5 * draws.child(attempts).random().nextDouble();
        return TimeUnit.MICROSECONDS.toNanos(
                (long) (1000 * Math.max(most * part, failure.retryAfterMillis())));
    }

    private boolean slept(long nanos) {
        try {
            ticker.sleep(nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String hash(Question question) {
        StringBuilder text = new StringBuilder(256);
        for (Object field :
                Arrays.asList(
                        endpoint.identity(),
                        seeds.seed(),
                        question.temperature(),
                        question.maxTokens(),
                        question.schema(),
                        question.salt())) {
            text.append(field).append('\n');
        }
        for (Message message : question.messages()) { // lengths keep fields apart
            text.append(message.role())
                    .append(' ')
                    .append(message.content().length())
                    .append('\n')
                    .append(message.content());
        }
        return TextKey.of(text.toString());
    }
}
