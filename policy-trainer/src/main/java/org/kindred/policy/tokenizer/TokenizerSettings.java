package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.KindredException;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * What the small JSON files beside a {@code tokenizer.json} say, in their newer and older layouts.
 *
 * @param roles such as {@code eos_token} to the token's text; a chat template sees them as
 *     variables
 * @param eosIds the end token and those of the generation settings
 */
record TokenizerSettings(
        Map<String, String> roles, SpecialTokens specialTokens, List<Integer> eosIds) {
    static final String FILE = "tokenizer_config.json";
    static final String SPECIAL_TOKENS = "special_tokens_map.json";
    static final String GENERATION = "generation_config.json";
    private static final List<String> ROLES =
            List.of(
                    "bos_token",
                    "eos_token",
                    "pad_token",
                    "unk_token",
                    "sep_token",
                    "cls_token",
                    "mask_token");

    /**
     * The settings of a folder.
     *
     * @param roles as {@link #readRoles} gave them
     * @param ids of the tokens with a role
     */
    static TokenizerSettings read(
            Path folder, Map<String, String> roles, Map<String, Integer> ids) {
        roles.forEach(
                (role, token) -> {
                    if (!ids.containsKey(token)) {
                        throw new KindredException(
                                folder.resolve(FILE)
                                        + ": "
                                        + role
                                        + " is \""
                                        + token
                                        + "\", which tokenizer.json does not know");
                    }
                });
        SpecialTokens special =
                new SpecialTokens(
                        idOf(roles.get("bos_token"), ids),
                        idOf(roles.get("eos_token"), ids),
                        idOf(roles.get("pad_token"), ids),
                        idOf(roles.get("unk_token"), ids));
        return new TokenizerSettings(roles, special, readEosIds(folder, special.eosId()));
    }

    private static @Nullable Integer idOf(@Nullable String token, Map<String, Integer> ids) {
        return token == null ? null : ids.get(token);
    }

    /** Role to token text; the settings take precedence over the older separate file. */
    static Map<String, String> readRoles(Path folder) {
        Map<String, String> roles = new HashMap<>();
        for (String name : List.of(SPECIAL_TOKENS, FILE)) {
            Path path = folder.resolve(name);
            if (!Files.exists(path)) {
                continue;
            }
            JsonFields json = JsonFields.read(path);
            for (String role : ROLES) {
                JsonNode value = json.node().get(role);
                if (value == null) {
                    continue;
                }
                JsonNode text = value.isObject() ? value.path("content") : value;
                if (text.isTextual()) {
                    roles.put(role, text.textValue());
                } else if (text.isNull()) {
                    roles.remove(role);
                } else {
                    throw json.unexpected(role, "a string, null, or an object with \"content\"");
                }
            }
        }
        return roles;
    }

    private static List<Integer> readEosIds(Path folder, @Nullable Integer eosId) {
        LinkedHashSet<Integer> ids = new LinkedHashSet<>();
        if (eosId != null) {
            ids.add(eosId);
        }
        Path path = folder.resolve(GENERATION);
        if (Files.exists(path)) {
            JsonFields json = JsonFields.read(path);
            JsonNode value = json.get("eos_token_id");
            if (value != null && value.isInt()) {
                ids.add(value.intValue());
            } else if (value != null) {
                for (JsonNode id : value) {
                    if (!id.isInt()) {
                        throw json.unexpected("eos_token_id", "an integer or a list of integers");
                    }
                    ids.add(id.intValue());
                }
            }
        }
        return List.copyOf(ids);
    }
}
