package org.kindred.reward.client;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/** A call that gave no answer. Whether it is worth another try is its type. */
public abstract sealed class CallException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How servers say that a prompt and its answer do not fit the model. */
    private static final List<String> OVERFLOWS =
            List.of(
                    "context length",
                    "context_length",
                    "context window",
                    "context size",
                    "maximum context",
                    "max_model_len",
                    "num_ctx",
                    "prompt is too long",
                    "input is too long");

    private final String reason;
    private final String words;

    private CallException(String reason, String words) {
        super(reason, null, false, false);
        this.reason = reason;
        this.words = words;
    }

    /** A short code without user text, for example {@code HTTP_500}. */
    public String reason() {
        return reason;
    }

    /** What the server said, as it said it: may repeat the prompt. Empty if it said nothing. */
    String words() {
        return words;
    }

    /** May succeed when tried again: time-outs, broken connections, 429, 5xx, broken replies. */
    static final class Passing extends CallException {
        private static final long serialVersionUID = 1L;
        private final long retryAfterMillis;
        private final boolean answered;

        private Passing(String reason, String words, long retryAfterMillis, boolean answered) {
            super(reason, words);
            this.retryAfterMillis = retryAfterMillis;
            this.answered = answered;
        }

        /** What the server asked to wait; 0 if it did not ask. */
        long retryAfterMillis() {
            return retryAfterMillis;
        }

        /** Whether the server is well and its reply holds nothing, which seldom changes. */
        boolean answered() {
            return answered;
        }
    }

    /** Will fail again the same way. */
    static final class Lasting extends CallException {
        private static final long serialVersionUID = 1L;
        private final boolean forAll;

        private Lasting(String reason, String words, boolean forAll) {
            super(reason, words);
            this.forAll = forAll;
        }

        /** Whether every other question would fail as well, as with a wrong key. */
        boolean forAll() {
            return forAll;
        }
    }

    static CallException passing(String reason) {
        return new Passing(reason, "", 0, false);
    }

    static CallException passing(String reason, String words) {
        return new Passing(reason, words, 0, false);
    }

    /** A reply of a server that is well, without anything in it. */
    static CallException empty(String reason) {
        return new Passing(reason, "", 0, true);
    }

    /** A failure of this question alone. */
    static CallException lasting(String reason) {
        return new Lasting(reason, "", false);
    }

    /** The prompt leaves no room in the model's context. */
    public static CallException contextLength(String words) {
        return new Lasting("CONTEXT_LENGTH", words, false);
    }

    static CallException status(int status, long retryAfterMillis) {
        return status(status, retryAfterMillis, "");
    }

    /**
     * A server's refusal.
     *
     * @param words what it said
     */
    static CallException status(int status, long retryAfterMillis, String words) {
        String reason = "HTTP_" + status;
        if (status == 400 || status == 413 || status == 422) {
            String lower = words.toLowerCase(Locale.ROOT);
            if (status == 413 || OVERFLOWS.stream().anyMatch(lower::contains)) {
                return contextLength(words);
            }
        }
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return new Passing(reason, words, retryAfterMillis, false);
        }
        boolean forAll =
                status / 100 == 3
                        || status == 401
                        || status == 403
                        || status == 404
                        || status == 405;
        return new Lasting(reason, words, forAll);
    }

    /** The kind of any failure of a chat model. */
    static CallException of(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CallException known) {
                return known;
            }
            if (at instanceof HttpException http) {
                return status(http.statusCode(), 0);
            }
            if (at instanceof AuthenticationException) {
                return status(401, 0);
            }
            if (at instanceof TimeoutException
                    || at instanceof dev.langchain4j.exception.TimeoutException) {
                return passing("TIMEOUT");
            }
            if (at instanceof com.fasterxml.jackson.core.JsonProcessingException) {
                return passing("BROKEN_REPLY");
            }
            if (at instanceof IOException) {
                return passing("CONNECTION");
            }
        }
        if (failure instanceof LangChain4jException) {
            return passing("BROKEN_REPLY");
        }
        // a library that trips over a reply of another form: the call is at fault, not the question
        return failure instanceof NullPointerException
                        || failure instanceof IndexOutOfBoundsException
                        || failure instanceof IllegalArgumentException
                ? passing("BROKEN_REPLY")
                : new Lasting(failure.getClass().getSimpleName(), "", false);
    }
}
