package org.kindred.policy.tokenizer.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code for targets in elements if condition}, with the variable {@code loop} in its body. */
record Loop(
        List<String> targets,
        Expression elements,
        @Nullable Expression condition,
        Statement body,
        Statement otherwise)
        implements Statement {

    @Override
    public Flow execute(Scope scope, StringBuilder out) {
        List<?> selected = select(scope);
        if (selected.isEmpty()) {
            return otherwise.execute(scope, out);
        }
        List<Object> lastSeen = new ArrayList<>();
        for (int i = 0; i < selected.size(); i++) {
            Scope pass = scope.inner();
            TemplateParser.assign(pass, targets, selected.get(i));
            pass.set("loop", new Values.Namespace(state(selected, i, lastSeen)));
            if (body.execute(pass, out) == Flow.BREAK) {
                break;
            }
        }
        return Flow.NEXT;
    }

    private List<?> select(Scope scope) {
        List<?> all = Values.iterate(elements.evaluate(scope));
        if (condition == null) {
            return all;
        }
        List<Object> selected = new ArrayList<>();
        for (Object element : all) {
            Scope pass = scope.inner();
            TemplateParser.assign(pass, targets, element);
            if (Values.truth(condition.evaluate(pass))) {
                selected.add(element);
            }
        }
        return selected;
    }

    private static Map<String, Object> state(List<?> elements, int index, List<Object> lastSeen) {
        int size = elements.size();
        Map<String, Object> state = new HashMap<>();
        state.put("index0", (long) index);
        state.put("index", index + 1L);
        state.put("revindex", (long) size - index);
        state.put("revindex0", size - index - 1L);
        state.put("first", index == 0);
        state.put("last", index == size - 1);
        state.put("length", (long) size);
        state.put("depth", 1L); // deeper only in recursive loops, which are not supported
        state.put("depth0", 0L);
        if (index > 0) {
            state.put("previtem", elements.get(index - 1));
        }
        if (index < size - 1) {
            state.put("nextitem", elements.get(index + 1));
        }
        Function cycle =
                arguments -> {
                    List<Object> values = arguments.positional();
                    if (values.isEmpty()) {
                        throw new ChatTemplateException("loop.cycle() needs values");
                    }
                    return values.get(index % values.size());
                };
        Function changed =
                arguments -> {
                    Budget.spendElements(arguments.positional().size());
                    boolean same =
                            !lastSeen.isEmpty() && Values.equal(lastSeen, arguments.positional());
                    lastSeen.clear();
                    lastSeen.addAll(arguments.positional());
                    return !same;
                };
        state.put("cycle", cycle);
        state.put("changed", changed);
        return state;
    }
}
