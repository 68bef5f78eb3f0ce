package org.kindred.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.AtomicFiles;
import org.kindred.datasets.source.DataSource;
import org.kindred.eval.benchmark.ListRanking;
import org.kindred.eval.report.Report;
import org.kindred.eval.results.Results;
import org.kindred.eval.table.Table;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.ModelFolder;
import org.kindred.pipeline.PolicyRanking;
import org.kindred.pipeline.RankingOptions;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "rank",
        mixinStandardHelpOptions = true,
        description =
                "Policies as rankers of lists: hit rate and NDCG of the order in which an answer names the candidates, per group.")
final class RankCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private OutputFolder output;
    @Mixin private EngineSettings engine;

    @Parameters(
            paramLabel = "DATA",
            description =
                    DataArgument.WHAT + " Its tasks have labelled candidates, such as MovieLens.")
    private DataSource data;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description =
                    "Hugging Face folder, PEFT's folder of an adapter, or GGUF file, trained or not; repeat it for several.")
    private List<Path> models;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Most lists, drawn by seed; shorthand for --set lists=N (default: all).")
    private @Nullable Integer limit;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        engine.addTo(settings);
        settings.set("lists", limit);
        OptionTree<RankingOptions> options = settings.resolve(RankingOptions.defaults());
        if (settings.printed(options, out)) {
            return 0;
        }
        models.forEach(ModelFolder::require);
        Path folder = output.folder("rank");
        output.refuseOccupied(folder);
        List<ListRanking> rows = new ArrayList<>();
        int lists;
        try (Console console = new Console(out)) {
            Path read = data.canonical(folder.resolve("data"), console);
            PolicyRanking ranking = new PolicyRanking(read, options.options(), console);
            lists = ranking.lists();
            for (Path named : models) {
                Path folderOfModel = ModelFolder.folder(named);
                try (Tokenizer tokenizer = ModelFolder.tokenizer(folderOfModel);
                        CausalLm model = CausalLm.load(folderOfModel, options.options().engine())) {
                    ModelFolder.requireMatching(folderOfModel, tokenizer, model.config())
                            .forEach(note -> console.stage("warning", note));
                    model.notes().forEach(note -> console.stage("warning", note));
                    rows.addAll(ranking.of(named.toString(), model, tokenizer));
                }
            }
        }
        Results results = write(folder, rows, lists, options.options());
        out.println();
        results.tables().stream().map(Table::markdown).forEach(out::print);
        out.println(
                "K is the number of past items that a prompt shows; 95 % intervals over users; results and report.html in "
                        + folder);
        out.flush();
        return 0;
    }

    private Results write(Path folder, List<ListRanking> rows, int lists, RankingOptions options) {
        List<String> names = models.stream().map(Path::toString).toList();
        Results results =
                Results.builder(Results.Kind.RANKING)
                        .command(TypedCommand.words(spec))
                        .seed(options.seed())
                        .options(options)
                        .data(data.toString(), data.rows(folder.resolve("data")))
                        .note(lists + " lists of " + data + " were ranked.")
                        .policies(names)
                        .rankings(rows)
                        .build();
        results.write(folder);
        AtomicFiles.writeText(folder.resolve("config.yaml"), OptionTree.yaml(options));
        new Report(results, List.of()).write(folder.resolve("report.html"));
        return results;
    }
}
