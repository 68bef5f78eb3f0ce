package org.kindred.policy.tokenizer.template;

import java.util.List;

/** Tokens with a place of reading. */
final class TokenStream {
    private static final int MAX_DEPTH = 200;
    private static final int MAX_CHAIN = 1000;

    private final List<Token> tokens;
    private int position;
    private int depth;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peekSecond() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /** The current token; the reading place moves on, but never past the end. */
    Token next() {
        Token token = peek();
        if (position + 1 < tokens.size()) {
            position++;
        }
        return token;
    }

    boolean peekOperator(String text) {
        return peek().is(Token.Kind.OPERATOR, text);
    }

    boolean peekName(String text) {
        return peek().is(Token.Kind.NAME, text);
    }

    boolean skipOperator(String text) {
        return skip(Token.Kind.OPERATOR, text);
    }

    boolean skipName(String text) {
        return skip(Token.Kind.NAME, text);
    }

    private boolean skip(Token.Kind kind, String text) {
        boolean found = peek().is(kind, text);
        if (found) {
            next();
        }
        return found;
    }

    void expectOperator(String text) {
        if (!skipOperator(text)) {
            throw peek().error("expected '" + text + "', found " + peek());
        }
    }

    Token expect(Token.Kind kind, String what) {
        if (peek().kind() != kind) {
            throw peek().error("expected " + what + ", found " + peek());
        }
        return next();
    }

    /** Called around everything that nests, so that a hostile template cannot exhaust the stack. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw peek().error("nested too deeply");
        }
    }

    void leave() {
        depth--;
    }

    /** Called for each link of operators or filters in a row, of which each nests those before. */
    void requireChain(int links) {
        if (links > MAX_CHAIN) {
            throw peek().error("more than " + MAX_CHAIN + " operators or filters in a row");
        }
    }
}
