package org.kindred.serve;

/** A request that gets no answer but a status and a sentence, which holds no text of users. */
final class ServeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final int retryAfterSeconds;

    private ServeException(int status, int retryAfterSeconds, String message) {
        super(message, null, false, false); // an answer, not a fault: no stack trace
        this.status = status;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    /** A final answer: the same request will get it again. */
    static ServeException of(int status, String message) {
        return new ServeException(status, 0, message);
    }

    /** An answer that may be another one soon. */
    static ServeException later(int status, int retryAfterSeconds, String message) {
        return new ServeException(status, retryAfterSeconds, message);
    }

    static ServeException malformed(String message) {
        return of(400, message);
    }

    int status() {
        return status;
    }

    /** 0 for an answer that is final. */
    int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
