package org.kindred.reward;

/**
 * A user before a prompt: what the paper calls a (user, scenario) sample (P-GenRM, arXiv
 * 2602.12116).
 *
 * @param user with the history that may be read
 * @param prompt text of the conversation so far; blank for prompts of any kind
 */
public record UserPrompt(UserContext user, String prompt) {

    /** Whether no particular prompt is meant. */
    public boolean any() {
        return prompt.isBlank();
    }

    /** Redacted: holds texts of users. */
    @Override
    public String toString() {
        return "UserPrompt[redacted]";
    }
}
