package org.kindred.eval.report;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.kindred.options.Spelling;

/** Whose prompts and completions a report prints; a report is what people pass on. */
public enum ReportTexts {
    /** Those of simulated people. */
    SIMULATED,
    /** Those of real people too. */
    ALWAYS,
    NEVER;

    /**
     * @param simulated whether the people are
     */
    public boolean shown(boolean simulated) {
        return this == ALWAYS || this == SIMULATED && simulated;
    }

    /** Said in the place of the texts. */
    public String notice(String key) {
        return "Prompts and completions are left out of this page ("
                + key
                + " = "
                + spelling()
                + "); they are in the folder's files. With "
                + key
                + " = always they stand here.";
    }

    @JsonCreator
    public static ReportTexts parse(String text) {
        return Spelling.parse(ReportTexts.class, "report_texts", text);
    }

    @JsonValue
    public String spelling() {
        return Spelling.of(this);
    }
}
