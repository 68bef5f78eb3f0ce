package org.kindred.policy.schedule;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.policy.Spelling;

/**
 * A coefficient of the loss over a run: {@code none}, {@code constant:B}, or {@code linear:B} for
 * {@code B * (1 - t / T)}, which reaches 0 only after the last step.
 *
 * @param amount B, positive; 0 for {@code none}
 */
public record CoefficientSchedule(Kind kind, double amount) {

    /** Always 0. */
    public static final CoefficientSchedule NONE = new CoefficientSchedule(Kind.NONE, 0);

    /** The shape over time. */
    public enum Kind {
        NONE,
        CONSTANT,
        LINEAR
    }

    public CoefficientSchedule {
        boolean valid = kind == Kind.NONE ? amount == 0 : amount > 0 && !Double.isInfinite(amount);
        if (!valid) {
            throw new IllegalArgumentException(
                    "coefficient = "
                            + Spelling.of(kind, amount)
                            + ": write none, constant:B or linear:B with B positive");
        }
    }

    /**
     * The coefficient at a step.
     *
     * @param step from 0
     * @param total steps of the run
     */
    public double at(long step, long total) {
        return kind == Kind.LINEAR ? amount * (1 - (double) step / total) : amount;
    }

    @JsonCreator
    public static CoefficientSchedule parse(String text) {
        Kind kind = Spelling.word(Kind.class, "coefficient", text);
        double number = Spelling.number("coefficient", text);
        boolean none = kind == Kind.NONE && Double.isNaN(number);
        return none ? NONE : new CoefficientSchedule(kind, number);
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
