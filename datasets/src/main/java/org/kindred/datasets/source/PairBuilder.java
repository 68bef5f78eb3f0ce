package org.kindred.datasets.source;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Message;
import org.kindred.datasets.Preference;

/** A canonical pair whose optional parts are named instead of counted. */
final class PairBuilder {
    private final String id;
    private final String userId;
    private final List<Message> prompt;
    private List<Message> chosen = List.of();
    private List<Message> rejected = List.of();
    private @Nullable Double chosenScore;
    private @Nullable Double rejectedScore;
    private @Nullable String domain;
    private @Nullable List<String> items;
    private @Nullable String split;
    private @Nullable String source;
    private @Nullable Map<String, Object> meta;

    private PairBuilder(String id, String userId, List<Message> prompt) {
        this.id = id;
        this.userId = userId;
        this.prompt = prompt;
    }

    static PairBuilder of(String id, String userId, List<Message> prompt) {
        return new PairBuilder(id, userId, prompt);
    }

    PairBuilder answers(String chosenText, String rejectedText) {
        return answers(
                List.of(Message.assistant(chosenText)), List.of(Message.assistant(rejectedText)));
    }

    PairBuilder answers(List<Message> chosenMessages, List<Message> rejectedMessages) {
        chosen = chosenMessages;
        rejected = rejectedMessages;
        return this;
    }

    PairBuilder scores(@Nullable Double ofChosen, @Nullable Double ofRejected) {
        chosenScore = ofChosen;
        rejectedScore = ofRejected;
        return this;
    }

    PairBuilder domain(@Nullable String name) {
        domain = name;
        return this;
    }

    PairBuilder items(List<String> ids) {
        items = ids;
        return this;
    }

    PairBuilder split(@Nullable String name) {
        split = name;
        return this;
    }

    PairBuilder source(String name) {
        source = name;
        return this;
    }

    PairBuilder meta(@Nullable Map<String, Object> more) {
        meta = more == null || more.isEmpty() ? null : more;
        return this;
    }

    Preference build() {
        return new Preference(
                id,
                userId,
                prompt,
                chosen,
                rejected,
                domain,
                items,
                split,
                null,
                null,
                null,
                null,
                chosenScore,
                rejectedScore,
                source,
                meta);
    }
}
