package org.kindred.reward.training;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kindred.options.Spelling;

/**
 * Which preference group the pairs of a user belong to when a judge is trained, for estimators that
 * compare rewards within groups: {@code none}, {@code single}, {@code prototypes} or {@code
 * run:DIR}. Labels that a data set has are never taken: a judge in use meets people without any.
 *
 * @param run folder whose {@code reward/groups.json} is read; null unless the kind is {@link
 *     Kind#RUN}
 */
public record PairGroups(Kind kind, @Nullable Path run) {
    public static final PairGroups NONE = new PairGroups(Kind.NONE, null);

    /** Where groups come from. */
    public enum Kind {
        /** Nobody asked for groups: what reads them is refused. */
        NONE,
        /** Control: one for all. */
        SINGLE,
        /** Cells of like-minded users, as the teacher finds them. */
        PROTOTYPES,
        /** Those of another run. */
        RUN
    }

    public PairGroups {
        if ((kind == Kind.RUN) != (run != null)) {
            throw new IllegalArgumentException(
                    "groups = "
                            + Spelling.of(kind)
                            + ": a folder belongs to run:DIR, and to no other; for example"
                            + " run:runs/derived");
        }
    }

    @JsonCreator
    public static PairGroups parse(String text) {
        int colon = text.indexOf(':');
        Kind kind =
                Spelling.parse(Kind.class, "groups", colon < 0 ? text : text.substring(0, colon));
        return new PairGroups(
                kind,
                colon < 0 || colon + 1 == text.length()
                        ? null
                        : Path.of(text.substring(colon + 1)));
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(kind) + (run == null ? "" : ":" + run);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
