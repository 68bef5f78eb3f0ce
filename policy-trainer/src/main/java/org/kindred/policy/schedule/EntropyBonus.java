package org.kindred.policy.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.options.Spelling;

/**
 * Weight of the token entropy that is added to the objective: {@code none}, {@code constant:B}, or
 * {@code linear:B} for {@code B * (1 - t / T)}, which reaches 0 only after the last step. Keeps a
 * policy from committing early; B does not carry over between tasks, tune it.
 *
 * @param amount B, positive; 0 for {@code none}
 */
public record EntropyBonus(Kind kind, double amount) {

    /** Always 0. */
    public static final EntropyBonus NONE = new EntropyBonus(Kind.NONE, 0);

    /** The shape over time. */
    public enum Kind {
        NONE,
        CONSTANT,
        LINEAR
    }

    public EntropyBonus {
        boolean valid = kind == Kind.NONE ? amount == 0 : amount > 0 && !Double.isInfinite(amount);
        if (!valid) {
            throw new IllegalArgumentException(
                    "entropy_bonus = "
                            + Spelling.of(kind, amount)
                            + ": write none, constant:B or linear:B with B positive");
        }
    }

    /**
     * The weight at a step.
     *
     * @param step from 0
     * @param total steps of the run
     */
    public double at(long step, long total) {
        return kind == Kind.LINEAR ? amount * (1 - (double) step / total) : amount;
    }

    @JsonCreator
    public static EntropyBonus parse(String text) {
        Kind kind = Spelling.word(Kind.class, "entropy_bonus", text);
        double number = Spelling.number("entropy_bonus", text);
        boolean none = kind == Kind.NONE && Double.isNaN(number);
        return none ? NONE : new EntropyBonus(kind, number);
    }

    @JsonValue
    public String spelling() {
        return kind == Kind.NONE ? Spelling.of(kind) : Spelling.of(kind, amount);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
