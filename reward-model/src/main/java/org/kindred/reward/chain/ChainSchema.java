package org.kindred.reward.chain;

/** The JSON schema of a chain, for endpoints that can be held to one. */
public final class ChainSchema {
    private ChainSchema() {}

    /** The schema for so many responses; every object closed, every field required. */
    public static String of(int responses) {
        String list =
                "{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":%1$d,\"maxItems\":%1$d}"
                        .formatted(responses);
        return "{\"type\":\"object\",\"additionalProperties\":false,"
                + "\"required\":[\"persona\",\"criteria\",\"totals\"],\"properties\":{"
                + "\"persona\":{\"type\":\"string\"},"
                + "\"criteria\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
                + "\"additionalProperties\":false,\"required\":[\"name\",\"weight\",\"scores\"],"
                + "\"properties\":{\"name\":{\"type\":\"string\"},\"weight\":{\"type\":\"number\"},"
                + "\"scores\":"
                + list
                + "}}},\"totals\":"
                + list
                + "}}";
    }
}
