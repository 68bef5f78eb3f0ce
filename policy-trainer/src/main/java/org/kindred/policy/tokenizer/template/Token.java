package org.kindred.policy.tokenizer.template;

/**
 * A piece of a template.
 *
 * @param text of a STRING, its value with escapes resolved; otherwise as written
 * @param line counted from 1
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        VARIABLE_BEGIN,
        VARIABLE_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    ChatTemplateException error(String problem) {
        return new ChatTemplateException(problem, line);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case END -> "the end of the template";
            case VARIABLE_END -> "}}";
            case BLOCK_END -> "%}";
            default -> "'" + text + "'";
        };
    }
}
