package org.kindred.pipeline;

import java.util.List;
import java.util.Map;

/** {@code eval/report.html}: one page, no network. */
final class ReportStage implements Stage {
    static final String NAME = "report";

    /** Whether prompts and completions are printed: a matter of the page, not of the results. */
    static final String TEXTS = "evaluation.report_texts";

    private static final String FILE = "eval/report.html";

    private final RunContext context;

    ReportStage(RunContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String note() {
        return FILE;
    }

    @Override
    public Map<String, String> reads(RecipeOptions options) {
        return RunContext.leaves(options, TEXTS);
    }

    @Override
    public List<String> after() {
        return List.of(EvaluationStage.NAME);
    }

    @Override
    public List<String> outputs() {
        return List.of(FILE);
    }

    @Override
    public boolean repeats() {
        return true;
    }

    @Override
    public boolean run() {
        RunReport.write(context.path(""));
        return true;
    }
}
