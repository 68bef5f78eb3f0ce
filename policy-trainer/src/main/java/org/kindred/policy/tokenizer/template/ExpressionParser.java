package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions, loosest binding first: {@code if else}, {@code or}, {@code and}, {@code not},
 * comparisons, {@code + -}, {@code ~}, {@code * / // %}, {@code **}, sign, then access, calls,
 * filters and tests.
 */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NOT_ARGUMENTS =
            Set.of("else", "or", "and", "is", "if", "in", "not");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between, which make a tuple. */
    Expression parseTuple() {
        Expression first = parse();
        if (!tokens.peekOperator(",")) {
            return first;
        }
        List<Expression> elements = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            Token.Kind kind = tokens.peek().kind();
            if (kind == Token.Kind.BLOCK_END
                    || kind == Token.Kind.VARIABLE_END
                    || tokens.peekOperator(")")) {
                break;
            }
            elements.add(parse());
        }
        return scope -> new Values.Tuple(all(elements, scope));
    }

    Expression parse() {
        tokens.enter();
        Expression value = parseWithoutCondition();
        while (tokens.skipName("if")) {
            Expression condition = parseWithoutCondition();
            Expression then = value;
            Expression otherwise =
                    tokens.skipName("else") ? parse() : scope -> new Undefined("inline if");
            value =
                    scope ->
                            Values.truth(condition.evaluate(scope))
                                    ? then.evaluate(scope)
                                    : otherwise.evaluate(scope);
        }
        tokens.leave();
        return value;
    }

    /** An expression in a place where {@code if} means something else, as after {@code for}. */
    Expression parseWithoutCondition() {
        Expression value = parseAnd();
        for (int links = 1; tokens.skipName("or"); links++) {
            tokens.requireChain(links);
            Expression left = value;
            Expression right = parseAnd();
            value =
                    scope -> {
                        Object first = left.evaluate(scope);
                        return Values.truth(first) ? first : right.evaluate(scope);
                    };
        }
        return value;
    }

    private Expression parseAnd() {
        Expression value = parseNot();
        for (int links = 1; tokens.skipName("and"); links++) {
            tokens.requireChain(links);
            Expression left = value;
            Expression right = parseNot();
            value =
                    scope -> {
                        Object first = left.evaluate(scope);
                        return Values.truth(first) ? right.evaluate(scope) : first;
                    };
        }
        return value;
    }

    private Expression parseNot() {
        if (!tokens.skipName("not")) {
            return parseComparison();
        }
        tokens.enter();
        Expression value = parseNot();
        tokens.leave();
        return scope -> !Values.truth(value.evaluate(scope));
    }

    private Expression parseComparison() {
        Expression left = parseSum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>(List.of(left));
        while (true) {
            if (tokens.peek().kind() == Token.Kind.OPERATOR
                    && COMPARISONS.contains(tokens.peek().text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (tokens.peekName("not") && tokens.peekSecond().is(Token.Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            operands.add(parseSum());
        }
        if (operators.isEmpty()) {
            return left;
        }
        return scope -> {
            Object before = left.evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object after = operands.get(i + 1).evaluate(scope);
                if (!compare(operators.get(i), before, after)) {
                    return false;
                }
                before = after;
            }
            return true;
        };
    }

    private static boolean compare(String operator, @Nullable Object left, @Nullable Object right) {
        return switch (operator) {
            case "==" -> Values.equal(left, right);
            case "!=" -> !Values.equal(left, right);
            case "in" -> Values.contains(right, left);
            case "not in" -> !Values.contains(right, left);
            case "<" -> Values.compare(left, right) < 0;
            case "<=" -> Values.compare(left, right) <= 0;
            case ">" -> Values.compare(left, right) > 0;
            default -> Values.compare(left, right) >= 0;
        };
    }

    private Expression parseSum() {
        Expression value = parseConcatenation();
        for (int links = 1; tokens.peekOperator("+") || tokens.peekOperator("-"); links++) {
            tokens.requireChain(links);
            value = binary(tokens.next().text(), value, parseConcatenation());
        }
        return value;
    }

    private Expression parseConcatenation() {
        Expression value = parseProduct();
        for (int links = 1; tokens.skipOperator("~"); links++) {
            tokens.requireChain(links);
            Expression left = value;
            Expression right = parseProduct();
            value = scope -> Values.concatenate(left.evaluate(scope), right.evaluate(scope));
        }
        return value;
    }

    private Expression parseProduct() {
        Expression value = parsePower();
        for (int links = 1;
                tokens.peekOperator("*")
                        || tokens.peekOperator("/")
                        || tokens.peekOperator("//")
                        || tokens.peekOperator("%");
                links++) {
            tokens.requireChain(links);
            value = binary(tokens.next().text(), value, parsePower());
        }
        return value;
    }

    private Expression parsePower() {
        Expression value = parseUnary(true);
        for (int links = 1; tokens.skipOperator("**"); links++) {
            tokens.requireChain(links);
            value = binary("**", value, parseUnary(true));
        }
        return value;
    }

    private static Expression binary(String operator, Expression left, Expression right) {
        return scope -> {
            Budget.spend(2);
            return Values.arithmetic(operator, left.evaluate(scope), right.evaluate(scope));
        };
    }

    private Expression parseUnary(boolean withFilters) {
        Expression value;
        if (tokens.peekOperator("-") || tokens.peekOperator("+")) {
            boolean minus = tokens.next().text().equals("-");
            tokens.enter();
            Expression operand = parseUnary(false);
            tokens.leave();
            value = minus ? scope -> Values.negate(operand.evaluate(scope)) : operand;
        } else {
            value = parsePostfix(counted(parsePrimary()));
        }
        return withFilters ? parseFilters(value) : value;
    }

    /** Every operation has such operands, so that whatever is evaluated is counted. */
    private static Expression counted(Expression expression) {
        return scope -> {
            Budget.spend(1);
            return expression.evaluate(scope);
        };
    }

    private Expression parsePrimary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case INTEGER -> constant(Long.valueOf(number(token)));
            case FLOAT -> constant(Double.valueOf(number(token)));
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Token.Kind.STRING) {
                    text.append(tokens.next().text()); // neighbours are one string
                }
                yield constant(text.toString());
            }
            case OPERATOR -> parseBracket(token);
            default -> throw token.error("unexpected " + token);
        };
    }

    private Expression parseBracket(Token token) {
        return switch (token.text()) {
            case "(" -> parseParentheses();
            case "[" -> {
                List<Expression> elements = parseList();
                yield scope -> all(elements, scope);
            }
            case "{" -> parseMapping();
            default -> throw token.error("unexpected " + token);
        };
    }

    private static String number(Token token) {
        String digits = token.text().replace("_", "");
        if (digits.length() > 18) {
            throw token.error("number " + token + " is too long");
        }
        return digits;
    }

    private static Expression constant(Object value) {
        return scope -> value;
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> constant(true);
            case "false", "False" -> constant(false);
            case "none", "None" -> scope -> null;
            default -> scope -> scope.get(name);
        };
    }

    private Expression parseParentheses() {
        if (tokens.skipOperator(")")) {
            return scope -> new Values.Tuple(List.of());
        }
        Expression value = parseTuple();
        tokens.expectOperator(")");
        return value;
    }

    private List<Expression> parseList() {
        List<Expression> elements = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            if (!elements.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("]")) {
                    break;
                }
            }
            elements.add(parse());
        }
        return elements;
    }

    private Expression parseMapping() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            keys.add(parse());
            tokens.expectOperator(":");
            values.add(parse());
        }
        return scope -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            Budget.spendElements(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                map.put(
                        Values.requireHashable(keys.get(i).evaluate(scope)),
                        values.get(i).evaluate(scope));
            }
            return map;
        };
    }

    private Expression parsePostfix(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            tokens.requireChain(links);
            Expression target = value;
            if (tokens.skipOperator(".")) {
                Token name = tokens.next();
                if (name.kind() == Token.Kind.INTEGER) {
                    Long index = Long.valueOf(number(name));
                    value = scope -> Access.item(target.evaluate(scope), index);
                } else if (name.kind() == Token.Kind.NAME) {
                    value = scope -> Access.attribute(target.evaluate(scope), name.text());
                } else {
                    throw name.error("expected a name after '.', found " + name);
                }
            } else if (tokens.skipOperator("[")) {
                value = parseSubscript(target);
            } else if (tokens.peekOperator("(")) {
                value = parseCall(target);
            } else {
                return value;
            }
        }
    }

    private Expression parseSubscript(Expression target) {
        List<@Nullable Expression> bounds = new ArrayList<>();
        Expression bound = null;
        boolean slice = false;
        while (!tokens.skipOperator("]")) {
            if (tokens.skipOperator(":")) {
                slice = true;
                bounds.add(bound);
                bound = null;
            } else if (bound == null && bounds.size() < 3) {
                bound = parse();
            } else {
                throw tokens.peek().error("expected ']', found " + tokens.peek());
            }
        }
        bounds.add(bound);
        Expression index = bound;
        if (!slice && index != null) {
            return scope -> Access.item(target.evaluate(scope), index.evaluate(scope));
        }
        if (!slice || bounds.size() > 3) {
            throw tokens.peek().error("a subscript needs an index or a slice of up to three parts");
        }
        return scope ->
                Access.slice(
                        target.evaluate(scope),
                        optional(bounds, 0, scope),
                        optional(bounds, 1, scope),
                        optional(bounds, 2, scope));
    }

    private static @Nullable Object optional(
            List<@Nullable Expression> bounds, int index, Scope scope) {
        Expression bound = index < bounds.size() ? bounds.get(index) : null;
        return bound == null ? null : bound.evaluate(scope);
    }

    private Expression parseCall(Expression target) {
        Token at = tokens.peek();
        CallArguments arguments = parseArguments();
        return scope -> {
            Object callee = target.evaluate(scope);
            if (callee instanceof Function function) {
                Budget.spendCall();
                return Budget.made(function.call(arguments.evaluate(scope)));
            }
            if (callee instanceof Undefined undefined) {
                throw at.error("'" + undefined.name() + "' is undefined or not supported");
            }
            throw at.error("a value of type " + Values.typeName(callee) + " cannot be called");
        };
    }

    private record CallArguments(List<Expression> positional, Map<String, Expression> named) {
        Arguments evaluate(Scope scope) {
            Map<String, Object> values = new LinkedHashMap<>();
            named.forEach((name, value) -> values.put(name, value.evaluate(scope)));
            return new Arguments(all(positional, scope), values);
        }
    }

    private CallArguments parseArguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        tokens.expectOperator("(");
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            boolean byName =
                    tokens.peek().kind() == Token.Kind.NAME
                            && tokens.peekSecond().is(Token.Kind.OPERATOR, "=");
            if (byName) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, parse());
            } else if (named.isEmpty()) {
                positional.add(parse());
            } else {
                throw tokens.peek().error("an argument by position after one by name");
            }
        }
        return new CallArguments(positional, named);
    }

    private Expression parseFilters(Expression start) {
        Expression value = start;
        for (int links = 0; ; links++) {
            tokens.requireChain(links);
            if (tokens.skipOperator("|")) {
                value = parseFilter(value);
            } else if (tokens.skipName("is")) {
                value = parseTest(value);
            } else if (tokens.peekOperator("(")) {
                value = parseCall(value);
            } else {
                return value;
            }
        }
    }

    private Expression parseFilter(Expression value) {
        Token name = tokens.expect(Token.Kind.NAME, "the name of a filter");
        Filters.Filter filter = Filters.named(name.text());
        if (filter == null) {
            throw name.error("filter " + name + " is not supported");
        }
        CallArguments arguments = optionalArguments();
        return scope -> {
            Budget.spendCall();
            return Budget.made(filter.apply(value.evaluate(scope), arguments.evaluate(scope)));
        };
    }

    private CallArguments optionalArguments() {
        return tokens.peekOperator("(") ? parseArguments() : new CallArguments(List.of(), Map.of());
    }

    private Expression parseTest(Expression value) {
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Token.Kind.NAME, "the name of a test");
        Tests.Test test = Tests.named(name.text());
        if (test == null) {
            throw name.error("test " + name + " is not supported");
        }
        CallArguments arguments;
        if (startsArgument(tokens.peek())) {
            // One argument may stand without parentheses.
            arguments = new CallArguments(List.of(parsePostfix(counted(parsePrimary()))), Map.of());
        } else {
            arguments = optionalArguments();
        }
        return scope -> {
            Budget.spendCall();
            return test.passes(value.evaluate(scope), arguments.evaluate(scope)) != negated;
        };
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !NOT_ARGUMENTS.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            default -> token.is(Token.Kind.OPERATOR, "[") || token.is(Token.Kind.OPERATOR, "{");
        };
    }

    private static List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>();
        Budget.spendElements(expressions.size());
        for (Expression expression : expressions) {
            values.add(expression.evaluate(scope));
        }
        return values;
    }
}
