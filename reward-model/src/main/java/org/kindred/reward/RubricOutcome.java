package org.kindred.reward;

/** What became of asking for a rubric. */
public sealed interface RubricOutcome {

    /** Tokens of the replies behind it, as the endpoint counted; 0 for judges that have none. */
    long tokens();

    /** A rubric that can be used. */
    record Written(UserRubric rubric, long tokens) implements RubricOutcome {}

    /**
     * No usable rubric.
     *
     * @param reason for example {@code MALFORMED(no block)} or {@code TIMEOUT}; holds no user text
     */
    record Failed(String reason, long tokens) implements RubricOutcome {}
}
