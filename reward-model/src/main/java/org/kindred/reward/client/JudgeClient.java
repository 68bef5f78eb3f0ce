package org.kindred.reward.client;

import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.reward.TextKey;

/**
 * Asks an endpoint. An answer is asked for once: what is in the cache is taken from there, and of
 * two threads that want the same answer one asks. Failures that may pass are tried again after a
 * seeded wait; in the end every sample is an {@link Answer}, never an exception and never a number.
 *
 * <p>Safe for many threads; calls block. The cache is the caller's to close. At temperature 0 all
 * samples of a question are one text, which is asked for once.
 */
public final class JudgeClient {
    private static final int FEWEST_FOR_SHARE = 200;

    /** Replies without a text after which a question is given up: the server says what it says. */
    private static final int MOST_EMPTY = 3;

    /** No server's wish to wait is obeyed for longer. */
    private static final long LONGEST_OBEYED_MILLIS = 600_000;

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
    private final Map<String, Tally> failures = new ConcurrentHashMap<>();
    private final ContextWatch context = new ContextWatch();
    private final AtomicLong running = new AtomicLong();
    private final AtomicLong brokenInARow = new AtomicLong();
    private final boolean probing;
    private volatile long lastGood; // nanos of the ticker; of the first call until one answers
    private volatile boolean begun;
    private volatile Consumer<String> listener = sentence -> {};
    private volatile @Nullable String stopped;

    private record Tally(AtomicLong count, AtomicReference<String> words) {
        Tally() {
            this(new AtomicLong(), new AtomicReference<>(""));
        }
    }

    /**
     * @param cache null to keep nothing
     * @param seeds part of the key of every answer: other seeds, other samples
     */
    public JudgeClient(
            Endpoint endpoint, @Nullable JudgeCache cache, ClientOptions options, SeedTree seeds) {
        this(endpoint, cache, options, seeds, Ticker.system(), false);
    }

    /**
     * A client that finds out whether anybody answers: it asks again less, and not after a
     * time-out.
     */
    public static JudgeClient probing(
            Endpoint endpoint, @Nullable JudgeCache cache, ClientOptions options, SeedTree seeds) {
        return new JudgeClient(endpoint, cache, options.forProbe(), seeds, Ticker.system(), true);
    }

    JudgeClient(
            Endpoint endpoint,
            @Nullable JudgeCache cache,
            ClientOptions options,
            SeedTree seeds,
            Ticker ticker) {
        this(endpoint, cache, options, seeds, ticker, false);
    }

    private JudgeClient(
            Endpoint endpoint,
            @Nullable JudgeCache cache,
            ClientOptions options,
            SeedTree seeds,
            Ticker ticker,
            boolean probing) {
        this.probing = probing;
        this.endpoint = endpoint;
        this.cache = cache;
        this.options = options;
        this.seeds = seeds;
        this.ticker = ticker;
        this.gate = new Gate(options, ticker, this::tellPause);
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
     * @param failures why there was no answer, or none that could be read, most frequent first
     */
    public record Counts(
            long calls,
            long hits,
            long answered,
            long failed,
            long retried,
            long tokens,
            List<Failure> failures) {}

    /**
     * A way in which samples failed.
     *
     * @param reason for example {@code HTTP_400}
     * @param samples how many
     * @param words what the server said first; empty if it said nothing, or repeated the prompt
     */
    public record Failure(String reason, long samples, String words) {

        /** {@code HTTP_400 = 8 (the server says: ...)}. */
        @Override
        public String toString() {
            return reason
                    + " = "
                    + samples
                    + (words.isEmpty() ? "" : " (the server says: " + words + ")");
        }
    }

    public Counts counts() {
        return new Counts(
                calls.get(),
                hits.get(),
                answered.get(),
                failed.get(),
                retried.get(),
                tokens.get(),
                failures());
    }

    private List<Failure> failures() {
        return failures.entrySet().stream()
                .map(
                        entry ->
                                new Failure(
                                        entry.getKey(),
                                        entry.getValue().count().get(),
                                        entry.getValue().words().get()))
                .sorted(
                        Comparator.comparingLong((Failure one) -> -one.samples())
                                .thenComparing(Failure::reason))
                .toList();
    }

    /**
     * Who is told, from any thread, what a person who waits should know: that calls pause, that the
     * client has stopped, that an argument is left out. Sentences hold no user text.
     */
    public void telling(Consumer<String> who) {
        listener = who;
    }

    /** How many calls are under way and what has come back, in words; empty if none is. */
    public Optional<String> waiting() {
        long open = running.get();
        if (open == 0) {
            return Optional.empty();
        }
        long still = TimeUnit.NANOSECONDS.toSeconds(ticker.nanos() - lastGood);
        List<Failure> why = failures();
        return Optional.of(
                open
                        + (open == 1 ? " call" : " calls")
                        + " under way, "
                        + answered.get()
                        + " answers, "
                        + failed.get()
                        + " failures"
                        + (why.isEmpty() ? "" : " " + why)
                        + "; no answer for "
                        + still
                        + " s");
    }

    /** Answers from the endpoint so far: tells whether anything moves. */
    public long answers() {
        return answered.get();
    }

    /**
     * Counts an answer that came and could not be used.
     *
     * @param reason why, a code without user text
     */
    public void unread(String reason) {
        tally(reason).count().incrementAndGet();
    }

    private void tellPause() {
        listener.accept(
                "most calls of the last "
                        + options.breakerWindow()
                        + " failed "
                        + failures()
                        + ": all pause for "
                        + options.breakerWaitMillis() / 1000.0
                        + " s, then two try again");
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
                int most =
                        question.temperature() == 0
                                ? Integer.MAX_VALUE // one text for all
                                : endpoint.dialect().samplesPerRequest();
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
                        .map(
                                r ->
                                        new Answer.Text(
                                                r.reply(),
                                                r.inputTokens(),
                                                r.outputTokens(),
                                                r.cut()));
        row.ifPresent(r -> hits.incrementAndGet());
        return row;
    }

    /** Makes one request and tries again until at least one of the batch has its answer. */
    private void request(Question question, List<Mine> batch) {
        int attempts = 0;
        int empty = 0;
        SeedTree draws = seeds.child(batch.get(0).key);
        String last = "";
        begin();
        while (true) {
            String refusal = refusal();
            if (refusal == null && !gate.enter(Math.min(latest, silenceEnds()))) {
                refusal = stopReason(last);
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
                lastGood = ticker.nanos();
                brokenInARow.set(0);
                return;
            } catch (CallException e) {
                failure = e;
            }
            last = failure.reason();
            if (failure instanceof CallException.Lasting lasting) {
                gate.worked(); // the server is well, the question is not
                Optional<String> change = endpoint.dialect().adapt(lasting);
                if (change.isPresent()) { // each argument once, so this ends
                    listener.accept(
                            change.get()
                                    + " ("
                                    + lasting.reason()
                                    + ": "
                                    + ServerWords.shown(lasting.words(), question.messages())
                                    + ")");
                    continue;
                }
                remember(question, lasting);
                if (lasting.forAll()) {
                    stop(lasting.reason());
                }
                fail(batch, lasting.reason(), attempts);
                return;
            }
            CallException.Passing passing = (CallException.Passing) failure;
            if (passing.answered()) {
                gate.worked();
                empty++;
            } else {
                gate.broke();
                brokenInARow.incrementAndGet();
            }
            long wait = wait(passing, attempts, draws);
            boolean over =
                    attempts >= options.attempts()
                            || empty >= MOST_EMPTY
                            || probing && passing.reason().equals("TIMEOUT")
                            || wait >= latest - ticker.nanos();
            if (passing.retryAfterMillis() > LONGEST_OBEYED_MILLIS) {
                listener.accept(
                        "the server asks to wait "
                                + passing.retryAfterMillis() / 1000
                                + " s, which is too long: no further call is made");
                stop(passing.reason());
                over = true;
            }
            if (over) {
                remember(question, failure);
                fail(batch, failure.reason(), attempts);
                return;
            }
            if (!slept(wait)) {
                fail(batch, "INTERRUPTED", attempts);
                return;
            }
        }
    }

    private void begin() {
        if (!begun) {
            synchronized (this) {
                if (!begun) {
                    lastGood = ticker.nanos();
                    begun = true;
                }
            }
        }
    }

    /** When a silence has lasted too long; never while calls are answered. */
    private long silenceEnds() {
        return options.silenceSeconds() == 0 || brokenInARow.get() < options.attempts()
                ? Long.MAX_VALUE
                : lastGood + TimeUnit.SECONDS.toNanos(options.silenceSeconds());
    }

    private void stop(String why) {
        if (stopped == null) {
            stopped = why;
            listener.accept("no further call is made: " + why);
        }
    }

    /** Keeps the first words of a server for each reason. */
    private void remember(Question question, CallException failure) {
        String words = ServerWords.shown(failure.words(), question.messages());
        tally(failure.reason()).words().compareAndSet("", words);
    }

    private Tally tally(String reason) {
        return failures.computeIfAbsent(reason, name -> new Tally());
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
        if (ticker.nanos() >= silenceEnds()) {
            stop("no answer for " + options.silenceSeconds() + " s");
            return "STOPPED(" + stopped + ")";
        }
        if (options.tokenBudget() > 0 && tokens.get() >= options.tokenBudget()) {
            return "BUDGET";
        }
        return null;
    }

    /** Why there was no leave to call. */
    private String stopReason(String last) {
        if (Thread.currentThread().isInterrupted()) {
            return "INTERRUPTED";
        }
        if (silenceEnds() < latest) {
            stop("no answer for " + options.silenceSeconds() + " s");
            return last.isEmpty() ? "STOPPED(" + stopped + ")" : last;
        }
        return "DEADLINE";
    }

    private ChatResponse call(Question question, int samples, SeedTree draws) {
        slots.acquireUninterruptibly();
        running.incrementAndGet();
        try {
            calls.incrementAndGet();
            if (latest != Long.MAX_VALUE) {
                WireClient.boundTo(System.nanoTime() + (latest - ticker.nanos()));
            }
            return endpoint.model()
                    .chat(
                            endpoint.dialect()
                                    .request(
                                            question,
                                            question.temperature() == 0
                                                    ? 1
                                                    : Math.min(
                                                            samples,
                                                            endpoint.dialect().samplesPerRequest()),
                                            seed(draws)));
        } catch (RuntimeException e) {
            throw CallException.of(e);
        } finally {
            WireClient.unbounded();
            running.decrementAndGet();
            slots.release();
        }
    }

    private static int seed(SeedTree draws) {
        return (int) (draws.seed() & Integer.MAX_VALUE);
    }

    /**
     * Gives the texts of a reply to the samples; a server may give fewer than it was asked for, and
     * what it gives besides is left out. At temperature 0 the first text is that of all samples.
     */
    private void take(Question question, List<Mine> batch, ChatResponse response) {
        List<ChatDialect.Reply> replies = endpoint.dialect().replies(response);
        if (replies.isEmpty()) {
            throw CallException.passing("BROKEN_REPLY");
        }
        boolean copied = question.temperature() == 0;
        int taken = copied ? batch.size() : Math.min(replies.size(), batch.size());
        int shared = copied ? 1 : taken;
        TokenUsage usage = response.metadata() == null ? null : response.tokenUsage();
        long input = count(usage == null ? null : usage.inputTokenCount());
        long output = count(usage == null ? null : usage.outputTokenCount()) / shared;
        watch(question, input);
        input /= shared;
        tokens.addAndGet((input + output) * shared);
        List<Answer.Text> texts = new ArrayList<>();
        for (int i = 0; i < taken; i++) {
            ChatDialect.Reply reply = replies.get(copied ? 0 : i);
            boolean copy = copied && i > 0;
            texts.add(
                    new Answer.Text(
                            reply.text(), copy ? 0 : input, copy ? 0 : output, reply.cut()));
        }
        if (cache != null) {
            List<JudgeCache.Row> rows = new ArrayList<>();
            for (int i = 0; i < taken; i++) {
                Answer.Text text = texts.get(i);
                rows.add(
                        new JudgeCache.Row(
                                batch.get(i).key,
                                question.owner(),
                                question.subject(),
                                endpoint.identity(),
                                text.text(),
                                text.inputTokens(),
                                text.outputTokens(),
                                text.cut()));
            }
            cache.put(rows);
        }
        answered.addAndGet(taken);
        for (int i = 0; i < taken; i++) {
            finish(batch.get(i), texts.get(i));
        }
    }

    private void watch(Question question, long input) {
        long characters = question.messages().stream().mapToLong(m -> m.content().length()).sum();
        if (context.isCut(characters, input)) {
            listener.accept(
                    "the server counts "
                            + input
                            + " tokens for prompts of different lengths: it seems to cut them at its"
                            + " context, and judgements are of what is left. Give it a longer one"
                            + " (Ollama: OLLAMA_CONTEXT_LENGTH, or num_ctx in a Modelfile)");
        }
    }

    private static long count(@Nullable Integer tokens) {
        return tokens == null ? 0 : tokens;
    }

    private void fail(List<Mine> batch, String reason, int attempts) {
        tally(reason).count().addAndGet(batch.size());
        long all = failed.addAndGet(batch.size());
        long total = all + answered.get();
        if (attempts > 0
                && total >= FEWEST_FOR_SHARE
                && all > options.mostFailedShare() * total
                && stopped == null) {
            stop("more than " + Math.round(100 * options.mostFailedShare()) + " % failed");
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
