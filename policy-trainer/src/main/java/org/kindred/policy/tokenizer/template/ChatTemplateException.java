package org.kindred.policy.tokenizer.template;

import org.kindred.datasets.KindredException;

/**
 * A template that cannot be read or rendered, or that refused the conversation itself with {@code
 * raise_exception}.
 */
public final class ChatTemplateException extends KindredException {
    private static final long serialVersionUID = 1L;
    private final String problem;
    private final int line;

    ChatTemplateException(String problem) {
        this(problem, 0);
    }

    /**
     * @param line counted from 1, or 0 if not known yet
     */
    ChatTemplateException(String problem, int line) {
        super("chat template" + (line == 0 ? "" : " line " + line) + ": " + problem);
        this.problem = problem;
        this.line = line;
    }

    /** The problem without its place; what {@code raise_exception} was called with. */
    public String problem() {
        return problem;
    }

    /** The same with a line, unless it has one. */
    ChatTemplateException atLine(int enclosingLine) {
        if (line != 0) {
            return this;
        }
        ChatTemplateException located = new ChatTemplateException(problem, enclosingLine);
        located.setStackTrace(getStackTrace());
        return located;
    }
}
