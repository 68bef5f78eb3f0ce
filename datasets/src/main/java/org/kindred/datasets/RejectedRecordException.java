package org.kindred.datasets;

/**
 * A record breaks the reference policy; whoever reads the file counts it and goes on. The reason
 * names the field and never holds its text.
 */
public final class RejectedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param reason for example {@code missing_field:user_id}
     */
    public RejectedRecordException(String reason) {
        super(reason, null, false, false); // one for each bad line: no stack trace
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
