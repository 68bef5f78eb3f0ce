package org.kindred.reward.client;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** A call that gave no answer. Whether it is worth another try is its type. */
public abstract sealed class CallException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String reason;

    private CallException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** A short code without user text, for example {@code HTTP_500}. */
    public String reason() {
        return reason;
    }

    /** May succeed when tried again: time-outs, broken connections, 429, 5xx, broken replies. */
    static final class Passing extends CallException {
        private static final long serialVersionUID = 1L;
        private final long retryAfterMillis;

        private Passing(String reason, long retryAfterMillis) {
            super(reason);
            this.retryAfterMillis = retryAfterMillis;
        }

        /** What the server asked to wait; 0 if it did not ask. */
        long retryAfterMillis() {
            return retryAfterMillis;
        }
    }

    /** Will fail again the same way. */
    static final class Lasting extends CallException {
        private static final long serialVersionUID = 1L;
        private final boolean forAll;

        private Lasting(String reason, boolean forAll) {
            super(reason);
            this.forAll = forAll;
        }

        /** Whether every other question would fail as well, as with a wrong key. */
        boolean forAll() {
            return forAll;
        }
    }

    static CallException passing(String reason) {
        return new Passing(reason, 0);
    }

    /** A server's refusal. */
    static CallException status(int status, long retryAfterMillis) {
        String reason = "HTTP_" + status;
        if (status == 408 || status == 425 || status == 429 || status >= 500) {
            return new Passing(reason, retryAfterMillis);
        }
        return new Lasting(reason, status == 401 || status == 403 || status == 404);
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
                : new Lasting(failure.getClass().getSimpleName(), false);
    }
}
