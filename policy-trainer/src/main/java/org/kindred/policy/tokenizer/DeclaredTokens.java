package org.kindred.policy.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kindred.policy.checkpoint.JsonFields;

/**
 * The tokens that a folder names beside its {@code tokenizer.json}, as transformers 5 reads them
 * ({@code PreTrainedTokenizerBase._from_pretrained}):
 *
 * <ul>
 *   <li>{@code added_tokens_decoder} of {@code tokenizer_config.json}; where it stands there, the
 *       two older files below are not read;
 *   <li>else {@code added_tokens.json}, and {@code special_tokens_map.json}, whose entries go
 *       before those of the settings;
 *   <li>tokens with a role: {@code bos_token} and the like, any other setting that ends in {@code
 *       _token}, and {@code extra_special_tokens} where it is a map;
 *   <li>{@code extra_special_tokens} as a list, or {@code additional_special_tokens}.
 * </ul>
 *
 * @param numbered tokens with the id that the folder gives them
 * @param named role to token, in the order in which missing ones are added
 * @param extra special tokens without a role
 * @param legacy whether the older files count
 */
record DeclaredTokens(
        Map<Integer, AddedToken> numbered,
        Map<String, AddedToken> named,
        List<AddedToken> extra,
        boolean legacy) {
    static final String ADDED = "added_tokens.json";

    private static final String NUMBERED = "added_tokens_decoder";
    private static final String EXTRA = "extra_special_tokens";
    private static final String OLDER_EXTRA = "additional_special_tokens";

    /** The usual roles, in the order of transformers. */
    private static final List<String> ROLES =
            List.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    static DeclaredTokens read(Path folder) {
        Reader reader = new Reader();
        Path settings = folder.resolve(TokenizerSettings.FILE);
        JsonFields json = Files.exists(settings) ? JsonFields.read(settings) : null;
        if (json != null) {
            reader.roles(json);
            reader.extra(json);
            reader.numbered(json);
        }
        boolean legacy = json == null || !json.node().has(NUMBERED);
        if (legacy) {
            Path older = folder.resolve(TokenizerSettings.SPECIAL_TOKENS);
            if (Files.exists(older)) {
                JsonFields map = JsonFields.read(older);
                reader.roles(map);
                reader.extra(map);
            }
            Path added = folder.resolve(ADDED);
            if (Files.exists(added)) {
                reader.added(JsonFields.read(added));
            }
        }
        return new DeclaredTokens(
                reader.numbered, reader.inOrder(), List.copyOf(reader.extra.values()), legacy);
    }

    /** Texts of all. */
    Set<String> contents() {
        Set<String> contents = new LinkedHashSet<>();
        numbered.values().forEach(token -> contents.add(token.content()));
        named.values().forEach(token -> contents.add(token.content()));
        extra.forEach(token -> contents.add(token.content()));
        return contents;
    }

    private static final class Reader {
        private final Map<Integer, AddedToken> numbered = new TreeMap<>();
        private final Map<String, AddedToken> named = new LinkedHashMap<>();
        private final Map<String, AddedToken> extra = new LinkedHashMap<>();

        private void roles(JsonFields json) {
            for (Map.Entry<String, JsonNode> entry : json.node().properties()) {
                String role = entry.getKey();
                JsonNode value = entry.getValue();
                boolean usual = ROLES.contains(role);
                if (usual && value.isNull()) {
                    named.remove(role);
                } else if (usual || role.endsWith("_token") && value.isTextual()) {
                    named.put(role, token(json, role, value));
                }
            }
        }

        /** A list of tokens, or a map of roles to tokens. */
        private void extra(JsonFields json) {
            JsonNode value = json.get(EXTRA);
            boolean older = value == null || value.isEmpty();
            String field = older ? OLDER_EXTRA : EXTRA;
            JsonNode tokens = older ? json.get(OLDER_EXTRA) : value;
            if (tokens == null) {
                return;
            }
            if (tokens.isObject()) {
                for (Map.Entry<String, JsonNode> entry : tokens.properties()) {
                    named.put(entry.getKey(), token(json, field, entry.getValue()));
                }
                return;
            }
            if (!tokens.isArray()) {
                throw json.unexpected(field, "a list of tokens, or a map of names to tokens");
            }
            for (JsonNode each : tokens) {
                AddedToken token = token(json, field, each);
                extra.putIfAbsent(token.content(), token);
            }
        }

        private void numbered(JsonFields json) {
            JsonFields tokens = json.object(NUMBERED);
            if (tokens == null) {
                return;
            }
            for (Map.Entry<String, JsonNode> entry : tokens.node().properties()) {
                JsonNode token = entry.getValue();
                if (!entry.getKey().matches("[0-9]{1,9}") || !token.path("content").isTextual()) {
                    throw json.unexpected(
                            NUMBERED, "a map of ids to objects with \"content\" and flags");
                }
                numbered.put(
                        Integer.valueOf(entry.getKey()),
                        AddedToken.of(token, token.path("special").asBoolean()));
            }
        }

        private void added(JsonFields json) {
            Set<String> special = new LinkedHashSet<>(extra.keySet());
            named.values().forEach(token -> special.add(token.content()));
            for (Map.Entry<String, JsonNode> entry : json.node().properties()) {
                if (!entry.getValue().isInt() || entry.getValue().intValue() < 0) {
                    throw json.unexpected(entry.getKey(), "an id, a whole number from 0");
                }
                numbered.put(
                        entry.getValue().intValue(),
                        AddedToken.legacy(entry.getKey(), special.contains(entry.getKey())));
            }
        }

        /** The usual roles first. */
        private Map<String, AddedToken> inOrder() {
            Map<String, AddedToken> ordered = new LinkedHashMap<>();
            for (String role : ROLES) {
                @Nullable AddedToken token = named.get(role);
                if (token != null) {
                    ordered.put(role, token);
                }
            }
            named.forEach(ordered::putIfAbsent);
            return ordered;
        }

        private static AddedToken token(JsonFields json, String field, JsonNode value) {
            JsonNode text = value.isObject() ? value.path("content") : value;
            if (!text.isTextual() || text.textValue().isEmpty()) {
                throw json.unexpected(
                        field, "tokens, each a text or an object with \"content\", or null");
            }
            return value.isObject()
                    ? AddedToken.of(value, true)
                    : AddedToken.special(text.textValue());
        }
    }
}
