package org.kindred.pipeline;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.options.OptionLayer;
import org.kindred.options.OptionTree;
import org.kindred.options.OptionsException;
import org.kindred.options.Spelling;
import org.kindred.policy.advantage.EstimatorKind;

/**
 * A policy of a recipe: a name, and what differs from the options that all arms share under {@code
 * reinforcement}. Written as a name alone, which is then that of an estimator, or as a map:
 *
 * <pre>
 * arms:
 *   - grpo
 *   - p_grpo
 *   - {name: p_grpo_balanced, estimator: p_grpo, batch: {group_sampling: balanced}}
 * </pre>
 *
 * @param name of the policy in tables and of its folder: letters, digits, {@code _ - . @}
 * @param changes keys of {@code reinforcement} with their values
 */
public record ArmOptions(String name, Map<String, Object> changes) {
    private static final String NAME = "name";
    private static final String ESTIMATOR = "estimator";
    private static final String ADVANTAGE = "advantage";

    public ArmOptions {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.@-]*")) {
            throw new IllegalArgumentException(
                    "arms: name = "
                            + name
                            + ": must be letters, digits, _, -, . and @, for example p_grpo_balanced");
        }
        changes = Map.copyOf(changes);
    }

    /** An arm that is its estimator and nothing else. */
    public static ArmOptions of(EstimatorKind estimator) {
        return new ArmOptions(estimator.spelling(), Map.of());
    }

    /** As files and flags write it: a name, or a map with a name. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static ArmOptions read(Object written) {
        if (written instanceof String name) {
            return new ArmOptions(name, Map.of());
        }
        if (written instanceof Map<?, ?> map && map.get(NAME) instanceof String name) {
            Map<String, Object> changes = new LinkedHashMap<>();
            map.forEach((key, value) -> changes.put(String.valueOf(key), value));
            changes.remove(NAME);
            return new ArmOptions(name, changes);
        }
        throw new IllegalArgumentException(
                "arms: an arm is a name, or a map with a name, for example {name: balanced, estimator:"
                        + " grpo, batch.group_sampling: balanced}");
    }

    @JsonValue
    Object written() {
        if (changes.isEmpty()) {
            return name;
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(NAME, name);
        map.putAll(new TreeMap<>(changes));
        return map;
    }

    /** The same at another learning rate. */
    ArmOptions at(double rate) {
        Map<String, Object> changed = new LinkedHashMap<>(changes);
        changed.put("optimizer.learning_rate", rate);
        return new ArmOptions(name, changed);
    }

    ArmOptions named(String other) {
        return changes.isEmpty()
                ? new ArmOptions(other, Map.of(ESTIMATOR, name))
                : new ArmOptions(
                        other,
                        changes.containsKey(ESTIMATOR) || known(name) == null
                                ? changes
                                : with(ESTIMATOR, name));
    }

    private Map<String, Object> with(String key, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(changes);
        more.put(key, value);
        return more;
    }

    /**
     * The whole options of the arm.
     *
     * @throws OptionsException for an unknown key, a value out of range, or an option that the
     *     arm's estimator does not read
     */
    ReinforcementOptions resolve(ReinforcementOptions shared) {
        Map<String, String> settings = new TreeMap<>();
        flatten("", changes, settings);
        String named = settings.remove(ESTIMATOR);
        if (named == null) {
            named = settings.remove(ADVANTAGE + "." + ESTIMATOR);
        }
        try {
            EstimatorKind estimator =
                    named == null
                            ? known(name)
                            : Spelling.parse(EstimatorKind.class, ESTIMATOR, named);
            if (estimator == null) {
                if (changes.isEmpty()) {
                    throw new OptionsException(
                            "arms: "
                                    + name
                                    + " is no estimator and changes nothing; estimators are "
                                    + Arrays.stream(EstimatorKind.values())
                                            .map(EstimatorKind::spelling)
                                            .toList());
                }
                estimator = shared.advantage().estimator();
            }
            return OptionTree.resolve(
                            shared.with(estimator), List.of(OptionLayer.commandLine(settings)))
                    .options();
        } catch (OptionsException | IllegalArgumentException e) {
            throw new OptionsException("arm " + name + ": " + e.getMessage());
        }
    }

    private static void flatten(String prefix, Map<?, ?> tree, Map<String, String> into) {
        tree.forEach(
                (key, value) -> {
                    if (value instanceof Map<?, ?> map) {
                        flatten(prefix + key + ".", map, into);
                    } else {
                        into.put(
                                prefix + key,
                                value instanceof String text ? text : Json.line(value));
                    }
                });
    }

    private static @Nullable EstimatorKind known(String name) {
        return Arrays.stream(EstimatorKind.values())
                .filter(kind -> kind.spelling().equals(name))
                .findFirst()
                .orElse(null);
    }
}
