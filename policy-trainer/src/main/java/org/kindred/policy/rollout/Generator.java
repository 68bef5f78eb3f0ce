package org.kindred.policy.rollout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.CausalLm;
import org.kindred.policy.model.DecodingBatch;
import org.kindred.policy.tokenizer.Tokenizer;

/**
 * Samples completions, many prompts at a time.
 *
 * <p>Each token takes one uniform number from the generator of its completion, so a completion
 * depends on its own seed only, not on its neighbours, the order of prompts or what the engine did
 * before. (The products of a larger batch may round differently, by about 1e-6 of a logit; a draw
 * that close to the border between two tokens is the one exception.)
 */
public final class Generator {
    private static final int BLOCK = 16; // tokens per call into the engine
    private static final int LEVELS = 1 << 22; // u * total < total for every u, in float32

    private final CausalLm model;
    private final int[] eosIds;
    private final int padId;
    private final StopStrings stops;
    private final Listener listener;

    /** Hears of tokens while completions grow, in order for each completion. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param prompt number of the prompt
         * @param sample number of its completion
         * @param tokens the completion so far
         */
        void tokens(int prompt, int sample, int[] tokens);
    }

    /**
     * @param eosIds a completion ends with the first of these; may be empty
     */
    public Generator(CausalLm model, int[] eosIds, int padId) {
        this(model, eosIds, padId, StopStrings.none(), (prompt, sample, tokens) -> {});
    }

    /** Completions end with what the tokenizer and its {@code generation_config.json} name. */
    public Generator(CausalLm model, Tokenizer tokenizer) {
        this(
                model,
                tokenizer.eosIds().stream().mapToInt(Integer::intValue).toArray(),
                tokenizer.padId());
    }

    private Generator(
            CausalLm model, int[] eosIds, int padId, StopStrings stops, Listener listener) {
        this.model = model;
        this.eosIds = eosIds.clone();
        this.padId = padId;
        this.stops = stops;
        this.listener = listener;
    }

    /** The same with texts that end a completion, which then counts as finished. */
    public Generator withStops(StopStrings stops) {
        return new Generator(model, eosIds, padId, stops, listener);
    }

    /** The same with somebody who watches. */
    public Generator withListener(Listener listener) {
        return new Generator(model, eosIds, padId, stops, listener);
    }

    /** One completion to be made; its tokens so far. */
    private static final class Row {
        private final int prompt;
        private final int sample;
        private final SplittableRandom random;
        private final int[] tokens;
        private final float[] logProbs;
        private int length;
        private boolean finished;

        Row(int prompt, int sample, SeedTree seeds, int maxNewTokens) {
            this.prompt = prompt;
            this.sample = sample;
            random = seeds.random();
            tokens = new int[maxNewTokens];
            logProbs = new float[maxNewTokens];
        }

        float uniform() {
            return (random.nextInt(LEVELS) + 0.5f) / LEVELS;
        }

        Completion completion() {
            return new Completion(
                    Arrays.copyOf(tokens, length), Arrays.copyOf(logProbs, length), finished);
        }
    }

    /**
     * Samples.
     *
     * @param prompts token ids, each at least one
     * @param seeds sample {@code i} of prompt {@code p} is drawn from {@code
     *     seeds.child(p).child(i)}
     * @return {@code [prompts][completionsPerPrompt]}
     */
    public List<List<Completion>> generate(
            List<int[]> prompts,
            int completionsPerPrompt,
            SamplingOptions options,
            SeedTree seeds) {
        if (completionsPerPrompt < 1) {
            throw new IllegalArgumentException(
                    "completionsPerPrompt = " + completionsPerPrompt + ": must be 1 or more");
        }
        List<Row> rows = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            for (int i = 0; i < completionsPerPrompt; i++) {
                rows.add(new Row(p, i, seeds.child(p).child(i), options.maxNewTokens()));
            }
        }
        return generate(prompts, rows, completionsPerPrompt, options);
    }

    /**
     * Samples one completion of each prompt, each by a seed of its own: what {@code
     * generate(List.of(prompt), 1, options, seeds)} gives, many at a time.
     *
     * @param seeds one a prompt
     */
    public List<Completion> generateEach(
            List<int[]> prompts, SamplingOptions options, List<SeedTree> seeds) {
        if (seeds.size() != prompts.size()) {
            throw new IllegalArgumentException(
                    "seeds: found " + seeds.size() + ", expected " + prompts.size());
        }
        List<Row> rows = new ArrayList<>();
        for (int p = 0; p < prompts.size(); p++) {
            rows.add(new Row(p, 0, seeds.get(p).child(0).child(0), options.maxNewTokens()));
        }
        return generate(prompts, rows, 1, options).stream().map(own -> own.get(0)).toList();
    }

    private List<List<Completion>> generate(
            List<int[]> prompts,
            List<Row> rows,
            int completionsPerPrompt,
            SamplingOptions options) {
        // Prompts of like length together: less padding.
        rows.sort(Comparator.comparingInt(row -> -prompts.get(row.prompt).length));
        int from = 0;
        while (from < rows.size()) {
            int longest = prompts.get(rows.get(from).prompt).length;
            int fitting = model.decodingRows(longest, options.maxNewTokens());
            int to = (int) Math.min(rows.size(), (long) from + fitting);
            decode(prompts, rows.subList(from, to), options);
            from = to;
        }
        Completion[][] completions = new Completion[prompts.size()][completionsPerPrompt];
        for (Row row : rows) {
            completions[row.prompt][row.sample] = row.completion();
        }
        return Arrays.stream(completions).map(List::of).toList();
    }

    private void decode(List<int[]> prompts, List<Row> chunk, SamplingOptions options) {
        int[] distinct = chunk.stream().mapToInt(row -> row.prompt).distinct().toArray();
        int[] promptOfRow =
                chunk.stream()
                        .mapToInt(
                                row ->
                                        IntStream.range(0, distinct.length)
                                                .filter(i -> distinct[i] == row.prompt)
                                                .findFirst()
                                                .orElseThrow())
                        .toArray();
        List<Row> live = new ArrayList<>(chunk);
        try (DecodingBatch batch =
                model.decode(
                        Arrays.stream(distinct).mapToObj(prompts::get).toList(),
                        promptOfRow,
                        options.maxNewTokens(),
                        options.filters(),
                        eosIds,
                        padId)) {
            while (batch.remaining() > 0) {
                float[][] uniforms = new float[Math.min(BLOCK, batch.remaining())][live.size()];
                for (float[] step : uniforms) {
                    for (int row = 0; row < step.length; row++) {
                        step[row] = live.get(row).uniform();
                    }
                }
                DecodingBatch.Block block = batch.next(uniforms);
                for (int row = 0; row < live.size(); row++) {
                    append(live.get(row), block.tokens()[row], block.logProbs()[row]);
                }
                int[] open =
                        IntStream.range(0, live.size())
                                .filter(row -> !live.get(row).finished)
                                .toArray();
                if (open.length == 0) {
                    return;
                }
                if (open.length <= live.size() / 2) { // copying the cache pays off
                    batch.retain(open);
                    List<Row> kept = Arrays.stream(open).mapToObj(live::get).toList();
                    live.clear();
                    live.addAll(kept);
                }
            }
        }
    }

    private void append(Row row, long[] tokens, float[] logProbs) {
        int before = row.length;
        for (int i = 0; i < tokens.length && !row.finished; i++) {
            int token = (int) tokens[i];
            row.tokens[row.length] = token;
            row.logProbs[row.length++] = logProbs[i];
            row.finished = Arrays.stream(eosIds).anyMatch(eos -> eos == token);
        }
        if (row.length > before && stops.endIn(Arrays.copyOf(row.tokens, row.length))) {
            row.length = before + 1;
            while (!stops.endIn(Arrays.copyOf(row.tokens, row.length))) {
                row.length++;
            }
            row.finished = true;
        }
        if (row.length > before) {
            listener.tokens(row.prompt, row.sample, Arrays.copyOf(row.tokens, row.length));
        }
    }
}
