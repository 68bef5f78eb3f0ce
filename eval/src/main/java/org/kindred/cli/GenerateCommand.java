package org.kindred.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Json;
import org.kindred.datasets.Message;
import org.kindred.datasets.SeedTree;
import org.kindred.options.OptionTree;
import org.kindred.pipeline.ModelFolder;
import org.kindred.policy.checkpoint.BaseFolder;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.rollout.Completion;
import org.kindred.policy.rollout.Generator;
import org.kindred.policy.rollout.SamplingOptions;
import org.kindred.policy.rollout.StopStrings;
import org.kindred.policy.tokenizer.Answers;
import org.kindred.policy.tokenizer.Tokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        description = {
            "Answers a prompt, or chats on a terminal.",
            "Without --prompt: on a terminal each line is a turn of a conversation (an empty line ends it);"
                    + " otherwise the whole input is the prompt. Sampling is what the model's"
                    + " generation_config.json asks for, greedy if nothing."
        })
final class GenerateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private OptionSettings.Seeded settings;
    @Mixin private EngineSettings engine;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|FILE",
            description = "Hugging Face folder, PEFT's folder of an adapter, or GGUF file.")
    private Path named;

    private Path folder;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "What to answer or continue.")
    private @Nullable String prompt;

    @Option(names = "--system", paramLabel = "TEXT", description = "System message of the chat.")
    private @Nullable String system;

    @Option(names = "--raw", description = "Continue the text itself; no chat template.")
    private boolean raw;

    @Option(names = "--samples", paramLabel = "N", description = "Completions (default: 1).")
    private @Nullable Integer samples;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Length limit.")
    private @Nullable Integer maxNewTokens;

    @Option(names = "--temperature", description = "Divides the logits; 0 is greedy.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", description = "Keep the k likeliest tokens; 0 keeps all.")
    private @Nullable Integer topK;

    @Option(names = "--top-p", description = "Keep the likeliest tokens of this mass; 1 keeps all.")
    private @Nullable Double topP;

    @Option(names = "--min-p", description = "Drop tokens below this share of the likeliest.")
    private @Nullable Double minP;

    @Option(names = "--repetition-penalty", description = "Above 1 discourages repetition.")
    private @Nullable Double repetitionPenalty;

    @Option(names = "--stop", paramLabel = "TEXT", description = "Ends a completion; repeatable.")
    private List<String> stops = new ArrayList<>();

    @Option(
            names = "--json",
            description = "Print one JSON object with texts, tokens and log-probabilities instead.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        folder = ModelFolder.folder(named);
        OptionTree<GenerateOptions> options = options();
        if (settings.printed(options, out)) {
            return 0;
        }
        try (Tokenizer tokenizer = ModelFolder.tokenizer(folder);
                CausalLm model = CausalLm.load(folder, options.options().engine())) {
            warn(ModelFolder.requireMatching(folder, tokenizer, model.config()));
            warn(model.notes());
            Session session = new Session(options.options(), tokenizer, model, out);
            if (prompt != null) {
                session.answer(prompt);
            } else if (System.console() != null && !json) {
                session.converse();
            } else {
                session.answer(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return 0;
    }

    private void warn(List<String> notes) {
        notes.forEach(note -> spec.commandLine().getErr().println("warning: " + note));
        spec.commandLine().getErr().flush();
    }

    private OptionTree<GenerateOptions> options() {
        engine.addTo(settings);
        settings.set("raw", raw ? Boolean.TRUE : null);
        settings.set("system", system == null ? null : Json.line(system));
        settings.set("samples", samples);
        settings.set("stops", stops.isEmpty() ? null : Json.line(stops));
        settings.set("sampling.max_new_tokens", maxNewTokens);
        settings.set("sampling.temperature", temperature);
        settings.set("sampling.top_k", topK);
        settings.set("sampling.top_p", topP);
        settings.set("sampling.min_p", minP);
        settings.set("sampling.repetition_penalty", repetitionPenalty);
        return settings.resolve(GenerateOptions.of(SamplingOptions.ofModel(BaseFolder.of(folder))));
    }

    /** A loaded model and who listens to it. */
    private final class Session {
        private final GenerateOptions options;
        private final Tokenizer tokenizer;
        private final CausalLm model;
        private final PrintWriter out;
        private final Generator generator;
        private final SeedTree seeds;

        Session(GenerateOptions options, Tokenizer tokenizer, CausalLm model, PrintWriter out) {
            this.options = options;
            this.tokenizer = tokenizer;
            this.model = model;
            this.out = out;
            generator =
                    new Generator(model, tokenizer)
                            .withStops(new StopStrings(options.stops(), tokenizer::text));
            seeds = SeedTree.root(options.seed()).child("generate");
        }

        void answer(String text) {
            int[] tokens =
                    options.raw()
                            ? tokenizer.encode(text, true)
                            : chat(List.of(Message.user(text)));
            if (json) {
                out.println(Json.pretty(report(tokens, complete(generator, tokens, 0))));
                out.flush();
            } else if (options.samples() == 1) {
                stream(tokens, 0);
            } else {
                for (Completion completion : complete(generator, tokens, 0)) {
                    out.println("---");
                    out.println(text(completion));
                }
                out.flush();
            }
        }

        /** Turn by turn until an empty line or the end of the input. */
        void converse() {
            out.println(named + ": ask; an empty line ends.");
            List<Message> turns = new ArrayList<>();
            BufferedReader input =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            while (true) {
                out.print("> ");
                out.flush();
                String line = readLine(input);
                if (line == null || line.isBlank()) {
                    return;
                }
                turns.add(Message.user(line));
                int[] tokens = options.raw() ? tokenizer.encode(line, true) : chat(turns);
                turns.add(Message.assistant(stream(tokens, turns.size())));
            }
        }

        private int[] chat(List<Message> turns) {
            List<Message> messages = new ArrayList<>();
            if (!options.system().isEmpty()) {
                messages.add(Message.system(options.system()));
            }
            messages.addAll(turns);
            return tokenizer.chat(messages, true);
        }

        /**
         * Prints the text while it grows; what may still change is held back.
         *
         * @return the answer, which later turns see without its reasoning
         */
        private String stream(int[] tokens, int turn) {
            StringBuilder shown = new StringBuilder();
            Generator streaming =
                    generator.withListener(
                            (prompt, sample, sofar) -> {
                                String text = tokenizer.text(sofar);
                                int end = text.length();
                                while (end > 0 && text.charAt(end - 1) == '\uFFFD') {
                                    end--; // half of a character
                                }
                                print(shown, text.substring(0, end));
                            });
            Completion completion = complete(streaming, tokens, turn).get(0);
            print(shown, text(completion));
            out.println();
            out.flush();
            return answer(tokens, completion);
        }

        private void print(StringBuilder shown, String text) {
            if (text.length() > shown.length()) {
                String news = text.substring(shown.length());
                shown.append(news);
                out.print(news);
                out.flush();
            }
        }

        private List<Completion> complete(Generator generator, int[] tokens, int turn) {
            return generator
                    .generate(
                            List.of(tokens),
                            options.samples(),
                            options.sampling(),
                            seeds.child(turn))
                    .get(0);
        }

        private String text(Completion completion) {
            return tokenizer.text(completion.tokens());
        }

        private String answer(int[] prompt, Completion completion) {
            return Answers.of(tokenizer).text(prompt, completion.tokens());
        }

        private Map<String, Object> report(int[] tokens, List<Completion> completions) {
            List<Map<String, Object>> rows = new ArrayList<>();
            for (Completion completion : completions) {
                Map<String, Object> row = new LinkedHashMap<>();
                String text = text(completion);
                String answer = answer(tokens, completion);
                row.put("text", text);
                if (!answer.equals(text)) {
                    row.put("answer", answer);
                }
                row.put("finished", completion.finished());
                row.put("tokens", completion.tokens());
                row.put("log_probs", completion.logProbs());
                rows.add(row);
            }
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("model", named.toString());
            report.put("parameters", model.config().parameterCount());
            report.put("prompt_tokens", tokens);
            report.put("sampling", options.sampling());
            report.put("seed", options.seed());
            report.put("completions", rows);
            return report;
        }
    }

    private static @Nullable String readLine(BufferedReader input) {
        try {
            return input.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
