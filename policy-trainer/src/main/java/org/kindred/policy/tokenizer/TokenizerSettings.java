package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.BaseFolder;
import org.kindred.policy.checkpoint.JsonFields;
import org.kindred.policy.model.ModelConfig;

/**
 * What the small JSON files beside a {@code tokenizer.json} say, in their newer and older layouts.
 *
 * @param roles such as {@code eos_token} to the token's text; a chat template sees them as
 *     variables
 * @param eosIds what ends a completion, the tokenizer's end token first: it, and what {@code
 *     generation_config.json} names, or where that names none {@code config.json}. Files that an
 *     adapter's folder lacks are those of its base model
 * @param generationPadId padding of {@code generation_config.json}, else of {@code config.json}
 */
record TokenizerSettings(
        Map<String, String> roles,
        SpecialTokens specialTokens,
        List<Integer> eosIds,
        @Nullable Integer generationPadId) {
    static final String FILE = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String GENERATION = "generation_config.json";

    private static final String EOS = "eos_token_id";
    private static final String PAD = "pad_token_id";

    /**
     * The settings of a folder.
     *
     * @param declared tokens that the folder names
     * @param ids of all of them
     */
    static TokenizerSettings read(Path folder, DeclaredTokens declared, Map<String, Integer> ids) {
        Map<String, String> roles = new LinkedHashMap<>();
        declared.named().forEach((role, token) -> roles.put(role, token.content()));
        SpecialTokens special =
                new SpecialTokens(
                        idOf(roles.get("bos_token"), ids),
                        idOf(roles.get("eos_token"), ids),
                        idOf(roles.get("pad_token"), ids),
                        idOf(roles.get("unk_token"), ids));
        Set<Integer> ends = new LinkedHashSet<>();
        if (special.eosId() != null) {
            ends.add(special.eosId());
        }
        JsonFields generation = file(folder, GENERATION);
        JsonFields model = file(folder, ModelConfig.FILE);
        List<Integer> named = ends(generation);
        ends.addAll(named.isEmpty() ? ends(model) : named);
        Integer pad = pad(generation);
        return new TokenizerSettings(
                roles, special, List.copyOf(ends), pad == null ? pad(model) : pad);
    }

    private static @Nullable Integer idOf(@Nullable String token, Map<String, Integer> ids) {
        return token == null ? null : ids.get(token);
    }

    /** A file of the folder, or of the base model of an adapter; null where there is none. */
    private static @Nullable JsonFields file(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            try {
                file = BaseFolder.of(folder).resolve(name);
            } catch (KindredException withoutBase) {
                return null; // said when the model is loaded
            }
        }
        return Files.exists(file) ? JsonFields.read(file) : null;
    }

    /** Ids of {@code eos_token_id}, one or several; some old files write -1 for none. */
    private static List<Integer> ends(@Nullable JsonFields json) {
        JsonNode value = json == null ? null : json.get(EOS);
        if (value == null) {
            return List.of();
        }
        Set<Integer> ids = new LinkedHashSet<>();
        for (JsonNode id : value.isArray() ? value : json.node().arrayNode().add(value)) {
            if (!id.isInt()) {
                throw json.unexpected(EOS, "an integer or a list of integers");
            }
            if (id.intValue() >= 0) {
                ids.add(id.intValue());
            }
        }
        return List.copyOf(ids);
    }

    private static @Nullable Integer pad(@Nullable JsonFields json) {
        JsonNode value = json == null ? null : json.get(PAD);
        return value == null || !value.isInt() || value.intValue() < 0 ? null : value.intValue();
    }

    /** Writes into a folder what ends a completion, where its files say otherwise. */
    void writeEnds(Path folder, TokenizerSettings there) {
        if (Set.copyOf(there.eosIds).equals(Set.copyOf(eosIds))) {
            return;
        }
        Path file = folder.resolve(GENERATION);
        var json = Files.exists(file) ? JsonFields.read(file).node() : JsonFields.newObject();
        eosIds.forEach(json.putArray(EOS)::add);
        JsonFields.write(file, json);
    }
}
