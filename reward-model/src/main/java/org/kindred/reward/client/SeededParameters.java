package org.kindred.reward.client;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Objects;

/** Parameters of a request with the seed of its sampling, for models that are not a server. */
public final class SeededParameters extends DefaultChatRequestParameters {
    private final int seed;

    private SeededParameters(Builder builder, int seed) {
        super(builder);
        this.seed = seed;
    }

    /** Parameters of one sample. */
    public static SeededParameters of(int seed, double temperature, int maxTokens) {
        Builder builder = new Builder();
        builder.temperature(temperature);
        builder.maxOutputTokens(maxTokens);
        return new SeededParameters(builder, seed);
    }

    /** The seed of any parameters; 0 where they have none. */
    public static int seedOf(ChatRequestParameters parameters) {
        return parameters instanceof SeededParameters seeded ? seeded.seed : 0;
    }

    /** Keeps what is given here and fills in the rest, as the library does before each call. */
    @Override
    public ChatRequestParameters overrideWith(ChatRequestParameters other) {
        Builder builder = new Builder();
        builder.overrideWith(this);
        builder.overrideWith(other);
        return new SeededParameters(
                builder, other instanceof SeededParameters seeded ? seeded.seed : seed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeededParameters that && super.equals(that) && seed == that.seed;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), seed);
    }

    private static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {}
}
