package org.kindred.policy.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * Ids of the tokens with a role, as the tokenizer's own settings name them; null where there is
 * none.
 */
public record SpecialTokens(
        @Nullable Integer bosId,
        @Nullable Integer eosId,
        @Nullable Integer padId,
        @Nullable Integer unkId) {}
