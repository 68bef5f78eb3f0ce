package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.tokenizer.template.Statement.Flow;

/** Parses the tags of a template into statements. */
final class TemplateParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;

    private TemplateParser(List<Token> tokens) {
        this.tokens = new TokenStream(tokens);
        this.expressions = new ExpressionParser(this.tokens);
    }

    /**
     * @throws ChatTemplateException naming the line and the construct that is not supported
     */
    static Statement parse(String template) {
        TemplateParser parser = new TemplateParser(Lexer.tokens(template));
        Statement body = parser.parseUntil(Set.of());
        if (parser.tokens.peek().kind() != Token.Kind.END) {
            throw parser.tokens.peek().error("unexpected tag " + parser.tokens.peek());
        }
        return body;
    }

    /** Parses up to a tag that starts with one of these names, which is then the next token. */
    private Statement parseUntil(Set<String> ends) {
        tokens.enter();
        List<Statement> statements = new ArrayList<>();
        while (tokens.peek().kind() != Token.Kind.END) {
            Token token = tokens.next();
            if (token.kind() == Token.Kind.DATA) {
                statements.add(text(token.text()));
            } else if (token.kind() == Token.Kind.VARIABLE_BEGIN) {
                Expression value = expressions.parseTuple();
                tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
                statements.add(atLine(token, output(value)));
            } else if (tokens.peek().kind() == Token.Kind.NAME
                    && ends.contains(tokens.peek().text())) {
                tokens.leave();
                return sequence(statements);
            } else {
                statements.add(atLine(token, parseTag(ends)));
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.peek().error("expected tag " + ends + ", found the end of the template");
        }
        tokens.leave();
        return sequence(statements);
    }

    private Statement parseTag(Set<String> expected) {
        Token tag = tokens.expect(Token.Kind.NAME, "the name of a tag");
        return switch (tag.text()) {
            case "if" -> parseIf();
            case "for" -> parseFor();
            case "set" -> parseSet();
            case "macro" -> parseMacro();
            case "generation" -> {
                endTag();
                // Marks the assistant's part for training masks; renders its content as it is.
                Statement body = parseUntil(Set.of("endgeneration"));
                end("endgeneration");
                yield body;
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw tag.error("tag " + tag + " outside a loop");
                }
                endTag();
                Flow flow = tag.text().equals("break") ? Flow.BREAK : Flow.CONTINUE;
                yield (scope, out) -> flow;
            }
            default ->
                    throw tag.error(
                            "tag "
                                    + tag
                                    + " is not supported"
                                    + (expected.isEmpty()
                                            ? ""
                                            : " here; open is one up to " + expected));
        };
    }

    private void endTag() {
        tokens.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    private void end(String name) {
        if (!tokens.skipName(name)) {
            throw tokens.peek().error("expected tag '" + name + "', found " + tokens.peek());
        }
        endTag();
    }

    private Statement parseIf() {
        Expression condition = expressions.parseWithoutCondition();
        endTag();
        Statement body = parseUntil(Set.of("elif", "else", "endif"));
        Statement otherwise;
        if (tokens.skipName("elif")) {
            tokens.enter();
            otherwise = parseIf();
            tokens.leave();
        } else if (tokens.skipName("else")) {
            endTag();
            otherwise = parseUntil(Set.of("endif"));
            end("endif");
        } else {
            otherwise = (scope, out) -> Flow.NEXT;
            end("endif");
        }
        return (scope, out) ->
                (Values.truth(condition.evaluate(scope)) ? body : otherwise).execute(scope, out);
    }

    private Statement parseFor() {
        List<String> targets = parseNames();
        if (!tokens.skipName("in")) {
            throw tokens.peek().error("expected 'in', found " + tokens.peek());
        }
        Expression elements = expressions.parseWithoutCondition();
        Expression condition = tokens.skipName("if") ? expressions.parse() : null;
        endTag(); // "recursive" would stand here and is not supported
        loops++;
        Statement body = parseUntil(Set.of("else", "endfor"));
        loops--;
        Statement otherwise = (scope, out) -> Flow.NEXT;
        if (tokens.skipName("else")) {
            endTag();
            otherwise = parseUntil(Set.of("endfor"));
        }
        end("endfor");
        return new Loop(targets, elements, condition, body, otherwise);
    }

    private List<String> parseNames() {
        List<String> names = new ArrayList<>();
        boolean parentheses = tokens.skipOperator("(");
        do {
            names.add(tokens.expect(Token.Kind.NAME, "the name of a variable").text());
        } while (tokens.skipOperator(","));
        if (parentheses) {
            tokens.expectOperator(")");
        }
        return names;
    }

    private Statement parseSet() {
        boolean field = tokens.peekSecond().is(Token.Kind.OPERATOR, ".");
        Token owner = tokens.peek();
        List<String> names = parseNames();
        String fieldName = null;
        if (field) {
            tokens.next();
            fieldName = tokens.expect(Token.Kind.NAME, "the name of a field").text();
        }
        if (tokens.skipOperator("=")) {
            Expression value = expressions.parseTuple();
            endTag();
            return assignment(owner, names, fieldName, value);
        }
        endTag();
        Statement body = parseUntil(Set.of("endset"));
        end("endset");
        Expression rendered =
                scope -> {
                    StringBuilder text = new StringBuilder();
                    body.execute(scope.inner(), text);
                    return Budget.made(text.toString());
                };
        return assignment(owner, names, fieldName, rendered);
    }

    private static Statement assignment(
            Token owner, List<String> names, @Nullable String field, Expression value) {
        if (field == null) {
            return (scope, out) -> {
                assign(scope, names, value.evaluate(scope));
                return Flow.NEXT;
            };
        }
        return (scope, out) -> {
            if (!(scope.get(owner.text()) instanceof Values.Namespace namespace)) {
                throw owner.error("only fields of a namespace can be set, " + owner + " is none");
            }
            namespace.fields().put(field, value.evaluate(scope));
            return Flow.NEXT;
        };
    }

    /** Sets one variable, or several from the elements of a list. */
    static void assign(Scope scope, List<String> names, @Nullable Object value) {
        if (names.size() == 1) {
            scope.set(names.get(0), value);
            return;
        }
        List<?> elements = Values.iterate(value);
        if (elements.size() != names.size()) {
            throw new ChatTemplateException(elements.size() + " values for the variables " + names);
        }
        for (int i = 0; i < names.size(); i++) {
            scope.set(names.get(i), elements.get(i));
        }
    }

    private Statement parseMacro() {
        String name = tokens.expect(Token.Kind.NAME, "the name of a macro").text();
        List<String> parameters = new ArrayList<>();
        List<@Nullable Expression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            parameters.add(tokens.expect(Token.Kind.NAME, "a parameter").text());
            defaults.add(tokens.skipOperator("=") ? expressions.parse() : null);
        }
        endTag();
        int outerLoops = loops;
        loops = 0;
        Statement body = parseUntil(Set.of("endmacro"));
        loops = outerLoops;
        end("endmacro");
        return (scope, out) -> {
            scope.set(name, macro(name, parameters, defaults, body, scope));
            return Flow.NEXT;
        };
    }

    private static Function macro(
            String name,
            List<String> parameters,
            List<@Nullable Expression> defaults,
            Statement body,
            Scope home) {
        Scope.Depth depth = new Scope.Depth();
        return arguments -> {
            Object[] given = arguments.bind(name, parameters.toArray(String[]::new));
            Scope scope = home.inner();
            for (int i = 0; i < given.length; i++) {
                Expression otherwise = defaults.get(i);
                Object value = given[i];
                if (value == Arguments.ABSENT) {
                    value =
                            otherwise == null
                                    ? new Undefined(parameters.get(i))
                                    : otherwise.evaluate(scope);
                }
                scope.set(parameters.get(i), value);
            }
            depth.enter();
            StringBuilder text = new StringBuilder();
            body.execute(scope, text);
            depth.leave();
            return text.toString();
        };
    }

    private static Statement text(String text) {
        return (scope, out) -> {
            Budget.spendText(text.length());
            Values.checkLength((long) out.length() + text.length());
            out.append(text);
            return Flow.NEXT;
        };
    }

    private static Statement output(Expression value) {
        return (scope, out) -> {
            String text = Values.text(value.evaluate(scope));
            Budget.spendText(text.length());
            Values.checkLength((long) out.length() + text.length());
            out.append(text);
            return Flow.NEXT;
        };
    }

    private static Statement sequence(List<Statement> statements) {
        return (scope, out) -> {
            for (Statement statement : statements) {
                Budget.spend(1);
                Flow flow = statement.execute(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        };
    }

    /** Adds the line to an error that does not name one yet. */
    private static Statement atLine(Token token, Statement statement) {
        return (scope, out) -> {
            try {
                return statement.execute(scope, out);
            } catch (ChatTemplateException e) {
                throw e.atLine(token.line());
            }
        };
    }
}
