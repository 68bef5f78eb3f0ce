package org.kindred.policy.advantage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.options.Spelling;

/**
 * How long a group's history remembers: {@code cumulative}, {@code ema:A}, {@code window:K} or
 * {@code forget:RHO}. Cumulative statistics lag behind a policy that improves; the others trade
 * that lag for noise.
 *
 * @param amount A in (0, 1], weight of a prompt visit; K, prompt visits kept; RHO in (0, 1], factor
 *     per prompt visit; 1 for cumulative
 */
public record HistoryMemory(Kind kind, double amount) {

    /** All rewards ever seen count alike. */
    public static final HistoryMemory CUMULATIVE = new HistoryMemory(Kind.CUMULATIVE, 1);

    /** The rule that weighs old rewards. */
    public enum Kind {
        CUMULATIVE,
        EMA,
        WINDOW,
        FORGET
    }

    public HistoryMemory {
        boolean valid =
                switch (kind) {
                    case CUMULATIVE -> amount == 1;
                    case EMA, FORGET -> amount > 0 && amount <= 1;
                    case WINDOW -> amount >= 1 && amount <= 1e9 && amount == Math.rint(amount);
                };
        if (!valid) {
            throw new IllegalArgumentException(
                    "memory = "
                            + Spelling.of(kind, amount)
                            + ": write cumulative, ema:A or forget:RHO with a number in (0, 1],"
                            + " or window:K with a whole number of prompt visits");
        }
    }

    @JsonCreator
    public static HistoryMemory parse(String text) {
        Kind kind = Spelling.word(Kind.class, "memory", text);
        double number = Spelling.number("memory", text);
        if (kind == Kind.CUMULATIVE && Double.isNaN(number)) {
            return CUMULATIVE;
        }
        return new HistoryMemory(kind, number);
    }

    @JsonValue
    public String spelling() {
        return kind == Kind.CUMULATIVE ? Spelling.of(kind) : Spelling.of(kind, amount);
    }

    @Override
    public String toString() {
        return spelling();
    }
}
