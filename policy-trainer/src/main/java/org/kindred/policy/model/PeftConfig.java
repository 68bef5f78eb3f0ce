package org.kindred.policy.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.model.LoraOptions.Projection;

/**
 * What PEFT's {@code adapter_config.json} adapts in a model, module by module, as PEFT itself
 * matches names: {@code target_modules} and {@code exclude_modules} by full name or ending, or as
 * one regular expression over full names; {@code layers_to_transform} with {@code layers_pattern};
 * {@code rank_pattern} and {@code alpha_pattern}.
 *
 * @param options of the whole: the union of projections, the largest rank, the scaling of modules
 *     without a pattern. Where modules differ, the missing rows and modules are zeros, and a B is
 *     multiplied by its module's scaling over the common one, which is the same function
 * @param modules adapted ones, by name
 */
record PeftConfig(LoraOptions options, Map<String, Module> modules) {

    /**
     * @param scaling factor of B A
     */
    record Module(int rank, double scaling) {}

    /** Fields that do not change the function, or that are read elsewhere. */
    private static final Set<String> KNOWN =
            Set.of(
                    "alpha_pattern",
                    "auto_mapping",
                    "base_model_name_or_path",
                    "bias",
                    "eva_config", // how the first A was found, which the file holds
                    "exclude_modules",
                    "fan_in_fan_out", // PEFT sets it to false for linear layers, which ours are
                    "inference_mode",
                    "init_lora_weights",
                    "layers_pattern",
                    "layers_to_transform",
                    "lora_alpha",
                    "lora_dropout",
                    "megatron_core",
                    "peft_type",
                    "peft_version",
                    "qalora_group_size",
                    "r",
                    "rank_pattern",
                    "revision",
                    "runtime_config",
                    "target_modules",
                    "task_type",
                    "use_rslora");

    /** Beginnings that PEFT replaces by what the file holds; others change the base as well. */
    private static final Set<String> HARMLESS_STARTS = Set.of("gaussian", "orthogonal", "eva");

    private static final int MAX_RANK = 1 << 16;

    /** Steps of matching one name; a pattern that needs more would take for ever on another. */
    private static final int MAX_MATCH_STEPS = 1_000_000;

    /** Whether all modules have the common rank and scaling. */
    boolean isUniform() {
        return modules.values().stream()
                .allMatch(
                        module ->
                                module.rank() == options.rank()
                                        && module.scaling() == options.scaling());
    }

    /**
     * @throws org.kindred.datasets.KindredException for whatever would change the function and is
     *     not supported, such as DoRA, biases, or an initialisation that changes the base model
     */
    static PeftConfig read(JsonFields json, ModelConfig config) {
        refuseUnsupported(json);
        Map<String, Module> modules = new LinkedHashMap<>();
        Set<Projection> targets = EnumSet.noneOf(Projection.class);
        Set<Integer> ranks = new TreeSet<>();
        int rank = positive(json, "r", json.requireInt("r"));
        double alpha = json.requireDouble("lora_alpha");
        boolean stabilised = json.booleanOr("use_rslora", false);
        Map<Pattern, JsonNode> rankPatterns = patterns(json, "rank_pattern");
        Map<Pattern, JsonNode> alphaPatterns = patterns(json, "alpha_pattern");
        Predicate<String> targeted = targeted(json, config);
        boolean uniform = true;
        for (String name : moduleNames(config)) {
            if (!targeted.test(name)) {
                continue;
            }
            Projection target = projection(name);
            if (target == null) {
                throw json.unexpected(
                        "target_modules",
                        "projections of attention and MLP alone; it also matches "
                                + name
                                + ", which cannot be adapted here");
            }
            JsonNode ownRank = matching(json, "rank_pattern", rankPatterns, name);
            JsonNode ownAlpha = matching(json, "alpha_pattern", alphaPatterns, name);
            uniform &= ownRank == null && ownAlpha == null;
            int moduleRank =
                    ownRank == null ? rank : positive(json, "rank_pattern", ownRank.asInt(0));
            double moduleAlpha = ownAlpha == null ? alpha : ownAlpha.asDouble();
            targets.add(target);
            ranks.add(moduleRank);
            modules.put(name, new Module(moduleRank, scaling(moduleAlpha, moduleRank, stabilised)));
        }
        if (modules.isEmpty()) {
            throw json.unexpected(
                    "target_modules", "names of modules of the base model; it matches none");
        }
        try {
            double common = scaling(alpha, rank, stabilised);
            int most = ranks.stream().mapToInt(Integer::intValue).max().orElseThrow();
            LoraOptions options =
                    uniform
                            ? new LoraOptions(rank, alpha, stabilised, targets)
                            : new LoraOptions(most, common * most, false, targets);
            return new PeftConfig(options, Map.copyOf(modules));
        } catch (IllegalArgumentException e) {
            throw json.unexpected("r or lora_alpha", e.getMessage());
        }
    }

    private static double scaling(double alpha, int rank, boolean stabilised) {
        return alpha / (stabilised ? Math.sqrt(rank) : rank);
    }

    private static int positive(JsonFields json, String field, int rank) {
        if (rank < 1 || rank > MAX_RANK) {
            throw json.unexpected(field, "ranks from 1 to " + MAX_RANK);
        }
        return rank;
    }

    private static void refuseUnsupported(JsonFields json) {
        if (!"LORA".equals(json.text("peft_type"))) {
            throw json.unexpected("peft_type", "\"LORA\"");
        }
        String bias = json.text("bias");
        if (bias != null && !bias.equals("none")) {
            throw json.unexpected("bias", "\"none\"");
        }
        JsonNode start = json.get("init_lora_weights");
        if (start != null && !start.isBoolean() && !HARMLESS_STARTS.contains(start.asText())) {
            throw json.unexpected(
                    "init_lora_weights",
                    "true, false, \"gaussian\", \"orthogonal\" or \"eva\": any other changes the"
                            + " weights of the base model when PEFT loads the adapter. Convert it"
                            + " with PEFT (save_pretrained with"
                            + " path_initial_model_for_weight_conversion), or merge it there");
        }
        for (Iterator<String> names = json.node().fieldNames(); names.hasNext(); ) {
            String name = names.next();
            JsonNode value = json.node().get(name);
            boolean neutral =
                    value.isNull()
                            || (value.isContainerNode() && value.isEmpty())
                            || (value.isBoolean() && !value.booleanValue());
            if (!neutral && !KNOWN.contains(name)) {
                throw json.unexpected(name, "nothing (this kind of adapter is not supported)");
            }
        }
    }

    /** Whether PEFT adapts the module of a name ({@code check_target_module_exists}). */
    private static Predicate<String> targeted(JsonFields json, ModelConfig config) {
        JsonNode targets = json.get("target_modules");
        boolean all =
                targets != null
                        && targets.isTextual()
                        && targets.textValue().toLowerCase(Locale.ROOT).equals("all-linear");
        Predicate<String> named =
                all ? name -> projection(name) != null : named(json, "target_modules");
        Predicate<String> excluded = named(json, "exclude_modules");
        if (targets != null && targets.isTextual()) {
            for (String field : List.of("layers_to_transform", "layers_pattern")) {
                if (json.has(field)) {
                    throw json.unexpected(
                            field, "nothing where target_modules is one text, as in PEFT");
                }
            }
            return name -> !excluded.test(name) && named.test(name);
        }
        Predicate<String> inLayer = inLayer(json, config);
        Set<String> whole = new TreeSet<>();
        (targets == null ? json.node().arrayNode() : targets)
                .forEach(target -> whole.add(target.asText()));
        return name ->
                !excluded.test(name)
                        && (whole.contains(name) || named.test(name) && inLayer.test(name));
    }

    /** By a list of names or endings, or one regular expression over whole names. */
    private static Predicate<String> named(JsonFields json, String field) {
        JsonNode value = json.get(field);
        if (value == null || value.isEmpty() && !value.isTextual()) {
            return name -> false;
        }
        if (value.isTextual()) {
            Pattern pattern = pattern(json, field, value.textValue());
            return name -> matcher(json, field, pattern, name).matches();
        }
        List<String> endings = new ArrayList<>();
        for (JsonNode ending : value) {
            if (!value.isArray() || !ending.isTextual()) {
                throw json.unexpected(field, "a list of names, or one regular expression");
            }
            endings.add(ending.textValue());
        }
        return name ->
                endings.stream().anyMatch(end -> name.equals(end) || name.endsWith("." + end));
    }

    /** By {@code layers_to_transform}, of the layers that {@code layers_pattern} names. */
    private static Predicate<String> inLayer(JsonFields json, ModelConfig config) {
        JsonNode value = json.get("layers_to_transform");
        if (value == null || value.isArray() && value.isEmpty()) {
            return name -> true;
        }
        Set<Integer> wanted = new TreeSet<>();
        for (JsonNode layer : value.isArray() ? value : json.node().arrayNode().add(value)) {
            if (!layer.isInt() || layer.intValue() < 0 || layer.intValue() >= config.layers()) {
                throw json.unexpected(
                        "layers_to_transform", "layers from 0 to " + (config.layers() - 1));
            }
            wanted.add(layer.intValue());
        }
        List<Pattern> patterns = new ArrayList<>();
        JsonNode names = json.get("layers_pattern");
        boolean single = names != null && names.isTextual() && !names.textValue().isEmpty();
        for (JsonNode name : single ? json.node().arrayNode().add(names) : orNone(json, names)) {
            patterns.add(
                    pattern(
                            json,
                            "layers_pattern",
                            "(?:^|.*?\\.)" + name.asText() + "\\.(?<idx>\\d+)\\."));
        }
        if (patterns.isEmpty()) {
            patterns.add(Pattern.compile(".*?\\.[^.]*\\.(?<idx>\\d+)\\."));
        }
        return name -> {
            for (Pattern pattern : patterns) {
                Matcher matcher = matcher(json, "layers_pattern", pattern, name);
                if (matcher.lookingAt()) {
                    return wanted.contains(Integer.valueOf(matcher.group("idx")));
                }
            }
            return false;
        };
    }

    private static JsonNode orNone(JsonFields json, @Nullable JsonNode list) {
        return list == null ? json.node().arrayNode() : list;
    }

    /** The patterns of a map, which match the ends of names ({@code get_pattern_key}). */
    private static Map<Pattern, JsonNode> patterns(JsonFields json, String field) {
        Map<Pattern, JsonNode> patterns = new LinkedHashMap<>();
        JsonFields map = json.object(field);
        if (map != null) {
            for (Map.Entry<String, JsonNode> entry : map.node().properties()) {
                if (!entry.getValue().isNumber()) {
                    throw map.unexpected(entry.getKey(), "a number");
                }
                patterns.put(
                        pattern(json, field, "(.*\\.)?(" + entry.getKey() + ")$"),
                        entry.getValue());
            }
        }
        return patterns;
    }

    private static @Nullable JsonNode matching(
            JsonFields json, String field, Map<Pattern, JsonNode> patterns, String name) {
        for (Map.Entry<Pattern, JsonNode> entry : patterns.entrySet()) {
            if (matcher(json, field, entry.getKey(), name).lookingAt()) {
                return entry.getValue();
            }
        }
        return null;
    }

    private static Pattern pattern(JsonFields json, String field, String regex) {
        try {
            return Pattern.compile(regex.replace("(?P<", "(?<")); // Python's spelling of a name
        } catch (PatternSyntaxException e) {
            throw json.unexpected(
                    field, "a regular expression that can be read: " + e.getDescription());
        }
    }

    private static Matcher matcher(JsonFields json, String field, Pattern pattern, String name) {
        return pattern.matcher(
                new BoundedName(
                        name,
                        new int[] {MAX_MATCH_STEPS},
                        () -> json.unexpected(field, "a pattern that is matched in short time")));
    }

    /** A name that a pattern may look at so many times. */
    private record BoundedName(String name, int[] left, Supplier<RuntimeException> failure)
            implements CharSequence {
        @Override
        public char charAt(int index) {
            if (--left[0] < 0) {
                throw failure.get();
            }
            return name.charAt(index);
        }

        @Override
        public int length() {
            return name.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return name.substring(start, end);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static @Nullable Projection projection(String name) {
        for (Projection projection : Projection.values()) {
            if (name.endsWith("." + projection.module)) {
                return projection;
            }
        }
        return null;
    }

    /** All modules of the base model as PyTorch names them. */
    private static List<String> moduleNames(ModelConfig config) {
        List<String> names =
                new ArrayList<>(List.of("model", "model.embed_tokens", "model.layers"));
        for (int layer = 0; layer < config.layers(); layer++) {
            String prefix = "model.layers." + layer;
            names.add(prefix);
            names.add(prefix + ".self_attn");
            for (String part : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                names.add(prefix + ".self_attn." + part);
            }
            if (config.qkNorm()) {
                names.add(prefix + ".self_attn.q_norm");
                names.add(prefix + ".self_attn.k_norm");
            }
            names.add(prefix + ".mlp");
            for (String part : List.of("gate_proj", "up_proj", "down_proj", "act_fn")) {
                names.add(prefix + ".mlp." + part);
            }
            names.add(prefix + ".input_layernorm");
            names.add(prefix + ".post_attention_layernorm");
        }
        names.addAll(List.of("model.norm", "model.rotary_emb", "lm_head"));
        return names;
    }
}
