package org.kindred.policy.advantage;

/** What P-GRPO compares a reward with. */
public enum HistoryBaseline {
    /** The mean of the group's history: the paper's formula. */
    GROUP_HISTORY,
    /** The prompt's own mean; a control that keeps only the scale of the history. */
    PROMPT_MEAN
}
